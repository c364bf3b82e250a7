//OPSX23  JOB (OPSX1),'MAIL OF OPSX',CLASS=A,MSGCLASS=A
//* Some headers name a TSO user, which SMTPD rewrites.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<opsx.batch@acme.example>
RCPT TO:<opsx.desk@acme.example>
DATA
From: ops@acme.example
To: opsx.desk@acme.example
Subject: opsx run 23 ended

Run 23 of OPSX ended. Rows: 108353

The listing is in the usual place.
.
QUIT
/*
