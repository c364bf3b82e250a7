//HRES04  JOB (HRES1),'MAIL OF HRES',CLASS=A,MSGCLASS=A
//* Some texts have periods where none should be, or none.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<hres.batch@acme.example>
RCPT TO:<hres.desk@acme.example>
DATA
From: hres.batch@acme.example
To: hres.desk@acme.example
Subject: hres run 04 ended

Run 04 of HRES ended. Rows: 18844

The listing is in the usual place.
.
QUIT
/*
