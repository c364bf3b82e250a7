//BADA050  JOB (OPS),'ABEND',CLASS=A,MSGCLASS=H
//* Expected: bad. The program of the second step does not exist.
//*
//* The mail of the first step goes, and that of the last one, which
//* runs because of COND=ONLY: only after an abend.
//FIRST    EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: the run begins

.
QUIT
/*
//WORK     EXEC PGM=PAYROLLX
//ALARM    EXEC PGM=IEBGENER,COND=ONLY
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<oncall@acme.example>
DATA
Subject: the run has failed

.
QUIT
/*
