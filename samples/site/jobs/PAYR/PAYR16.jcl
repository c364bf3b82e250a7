//PAYR16  JOB (PAYR1),'MAIL OF PAYR',CLASS=A,MSGCLASS=A
//* A mail as it should be.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<payr.batch@acme.example>
RCPT TO:<payr.desk@acme.example>
DATA
From: payr.batch@acme.example
To: payr.desk@acme.example
Subject: payr run 16 ended

Run 16 of PAYR ended. Rows: 75376

The listing is in the usual place.
.
QUIT
/*
