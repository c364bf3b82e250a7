//SHIP04  JOB (SHIP1),'MAIL OF SHIP',CLASS=A,MSGCLASS=A
//* Some mail is for a TSO user.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<ship.batch@acme.example>
RCPT TO:<SHIPDESK>
DATA
From: ship.batch@acme.example
To: SHIPDESK
Subject: ship run 04 ended

Run 04 of SHIP ended. Rows: 18844

The listing is in the usual place.
.
QUIT
/*
