//OPSX12  JOB (OPSX1),'MAIL OF OPSX',CLASS=A,MSGCLASS=A
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
From: OPSA
To: opsx.desk@acme.example
Subject: opsx run 12 ended

Run 12 of OPSX ended. Rows: 56532

The listing is in the usual place.
.
QUIT
/*
