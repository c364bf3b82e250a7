//SHIP21  JOB (SHIP1),'MAIL OF SHIP',CLASS=A,MSGCLASS=A
//* Some mail is for a TSO user.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<ship.batch@acme.example>
RCPT TO:<freight@client.example>
DATA
From: ship.batch@acme.example
To: freight@client.example
Subject: ship run 21 ended

Run 21 of SHIP ended. Rows: 98931

The listing is in the usual place.
.
QUIT
/*
