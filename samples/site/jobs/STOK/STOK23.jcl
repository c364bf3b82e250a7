//STOK23  JOB (STOK1),'MAIL OF STOK',CLASS=A,MSGCLASS=A
//* Some jobs ask SMTPD for its replies.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<stok.batch@acme.example>
RCPT TO:<stok.desk@acme.example>
DATA
From: stok.batch@acme.example
To: stok.desk@acme.example
Subject: stok run 23 ended

Run 23 of STOK ended. Rows: 108353

The listing is in the usual place.
.
QUIT
/*
