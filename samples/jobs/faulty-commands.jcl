//BADC010  JOB (OPS),'BAD COMMANDS',CLASS=A,MSGCLASS=H
//* Expected: bad. One good mail, then an error of every usual kind.
//*
//* The mail before the errors is sent. The sixth counted error is more
//* than JESSyntaxErrLimit 5: the rest is not read, the file is held.
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: sent before the errors

.
HELO PLEX1 01/31/24
MAIL FROM:ops@batch.acme.example
RCPT TO:<desk@acme.example>
DATA NOW
NOOP
MAILFROM:<ops@batch.acme.example>
VERB ON
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: never read

.
QUIT
/*
