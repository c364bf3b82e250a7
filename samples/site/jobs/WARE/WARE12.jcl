//WARE12  JOB (WARE1),'MAIL OF WARE',CLASS=A,MSGCLASS=A
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
Subject: ware run 12 ended

Run 12 of WARE ended. Rows: 56532

The listing is in the usual place.
.
QUIT
/*
