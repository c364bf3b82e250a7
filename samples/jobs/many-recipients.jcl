//STOK020  JOB (STK),'STOCK LIST',CLASS=A,MSGCLASS=H
//* Four recipients: two in To, one in Cc, one in no header (Bcc).
//*
//* Who gets the mail is what RCPT TO says; the header is for people.
//* A header line that begins with blanks continues the one before it.
//* The job writes its own Date, which is kept. QUIT may be left out.
//LIST     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<stock@batch.acme.example>
RCPT TO:<anna@acme.example>
RCPT TO:<bo@acme.example>
RCPT TO:<chief@acme.example>
RCPT TO:<audit@acme.example>
DATA
Date: Wed, 31 Jan 2024 06:10:00 +0100
From: Stock batch <stock@batch.acme.example>
To: <anna@acme.example>,
    <bo@acme.example>
Cc: <chief@acme.example>
Subject: stock list of the day

Bolts   1200
Nuts     980
.
/*
