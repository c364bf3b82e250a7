//COPY110  JOB (OPS),'COPY PROGRAMS',CLASS=A,MSGCLASS=H
//* The same mail by three other programs: ICEGENER, SORT and IDCAMS.
//ICEG     EXEC PGM=ICEGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: copied by ICEGENER

.
QUIT
/*
//SORT     EXEC PGM=SORT
//SYSOUT   DD DUMMY
//SORTOUT  DD SYSOUT=(B,CSSMTP)
//SYSIN    DD *
  OPTION COPY
/*
//SORTIN   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: copied by SORT

.
QUIT
/*
//REPRO    EXEC PGM=IDCAMS
//SYSPRINT DD DUMMY
//MAIL     DD SYSOUT=(B,CSSMTP)
//SYSIN    DD *
  REPRO INFILE(TEXT) OUTFILE(MAIL)
/*
//TEXT     DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: copied by IDCAMS

.
QUIT
/*
