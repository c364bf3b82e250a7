//COND100  JOB (OPS),'CONDITIONS',CLASS=A,MSGCLASS=H
//* COND and IF: what happened before decides which mail goes.
//*
//* STEP1 sets return code 4. COND=(4,LE,STEP1) says: do not run when
//* 4 is less than or equal to the return code of STEP1.
//STEP1    EXEC PGM=IDCAMS
//SYSPRINT DD DUMMY
//SYSIN    DD *
  SET MAXCC = 4
/*
//GOOD     EXEC PGM=IEBGENER,COND=(4,LE,STEP1)
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: all is well

STEP1 ended with 0.
.
QUIT
/*
//WARNED   IF (STEP1.RC >= 4) THEN
//WARN     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<oncall@acme.example>
DATA
Subject: STEP1 ended with a warning

Look at the job log.
.
QUIT
/*
//WARNED   ENDIF
