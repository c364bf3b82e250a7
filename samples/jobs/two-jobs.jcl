//EVEN091  JOB (OPS),'FIRST',CLASS=A,MSGCLASS=H
//* Two jobs in one file, the second one for another user.
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<early@acme.example>
DATA
Subject: early shift

Handed over at 06:00.
.
QUIT
/*
//EVEN092  JOB (OPS),'SECOND',CLASS=B,MSGCLASS=H,USER=OPSB
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<late@acme.example>
DATA
Subject: late shift

Handed over at 14:00.
.
QUIT
/*
