//PAYM010  JOB (PAY1),'NIGHT RUN',CLASS=A,MSGCLASS=H,NOTIFY=OPSA
//* A mail of plain text to one recipient.
//*
//* IEBGENER copies the SMTP commands and the text to a SYSOUT data set
//* whose external writer is CSSMTP.
//TELL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ledger@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
From: Ledger batch <ledger@batch.acme.example>
To: Service desk <desk@acme.example>
Subject: ledger extract ready

The extract LEDG.D240131 was written.
Rows: 48211
.
QUIT
/*
