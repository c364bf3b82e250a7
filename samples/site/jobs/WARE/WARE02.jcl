//WARE02  JOB (WARE1),'MAIL OF WARE',CLASS=A,MSGCLASS=A
//* The class is held: somebody releases the output by hand.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(H,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<ware.batch@acme.example>
RCPT TO:<dock@client.example>
DATA
From: ware.batch@acme.example
To: dock@client.example
Subject: ware run 02 ended

Run 02 of WARE ended. Rows: 9422

The listing is in the usual place.
.
QUIT
/*
