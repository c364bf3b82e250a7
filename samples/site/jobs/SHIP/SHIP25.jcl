//SHIP25  JOB (SHIP1),'MAIL OF SHIP',CLASS=A,MSGCLASS=A
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
Subject: ship run 25 ended

Run 25 of SHIP ended. Rows: 117775

The listing is in the usual place.
.
QUIT
/*
