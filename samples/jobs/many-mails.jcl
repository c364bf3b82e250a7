//SHIP030  JOB (SHP),'SHIPMENTS',CLASS=A,MSGCLASS=H
//* Three mails in one spool file, and one that RSET takes back.
//*
//* One greeting is enough for all of them; a second one is allowed.
//MAILS    EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ship@batch.acme.example>
RCPT TO:<north@acme.example>
DATA
Subject: shipments north

14 pallets
.
MAIL FROM:<wrong@batch.acme.example>
RCPT TO:<nobody@acme.example>
RSET
MAIL FROM:<ship@batch.acme.example>
RCPT TO:<south@acme.example>
DATA
Subject: shipments south

9 pallets
.
EHLO PLEX1
MAIL FROM:<ship@batch.acme.example>
RCPT TO:<west@acme.example>
DATA
Subject: shipments west

none today
.
QUIT
/*
