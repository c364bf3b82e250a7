//LEDG25  JOB (LEDG1),'MAIL OF LEDG',CLASS=A,MSGCLASS=A
//* Some members have sequence numbers in columns 73-80.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<ledg.batch@acme.example>
RCPT TO:<ledg.desk@acme.example>
DATA
From: ledg.batch@acme.example
To: ledg.desk@acme.example
Subject: ledg run 25 ended

Run 25 of LEDG ended. Rows: 117775

The listing is in the usual place.
.
QUIT
/*
