//BADR020  JOB (OPS),'BAD RECIPIENT',CLASS=A,MSGCLASS=H
//* Expected: bad. One recipient of three has no domain.
//*
//* The others get the mail. The error is not counted towards
//* JESSyntaxErrLimit, but the file is bad and held.
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<anna@acme.example>
RCPT TO:<DESKUSER>
RCPT TO:<bo@acme.example>
DATA
Subject: to whom it may concern

Anna and Bo read this.
.
QUIT
/*
