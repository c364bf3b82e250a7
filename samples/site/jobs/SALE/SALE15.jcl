//SALE15  JOB (SALE1),'MAIL OF SALE',CLASS=A,MSGCLASS=A
//* Two mails in one spool file.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1
MAIL FROM:<sale.batch@acme.example>
RCPT TO:<sale.desk@acme.example>
DATA
From: sale.batch@acme.example
To: sale.desk@acme.example
Subject: sale run 15 ended

Run 15 of SALE ended. Rows: 70665

The listing is in the usual place.
.
MAIL FROM:<sale.batch@acme.example>
RCPT TO:<audit@client.example>
DATA
From: sale.batch@acme.example
To: audit@client.example
Subject: sale run 15 ended

Run 15 of SALE ended. Rows: 70665

The listing is in the usual place.
.
QUIT
/*
