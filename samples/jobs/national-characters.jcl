//PERS070  JOB (HR),'GREETINGS',CLASS=A,MSGCLASS=H
//* Umlauts: from this UTF-8 file to the spool's IBM-1047 to ISO8859-1.
//*
//* The target's Charset decides what goes on the wire; the job has to
//* declare the same charset. Its default is ISO8859-1.
//GREET    EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<hr@batch.acme.example>
RCPT TO:<mueller@acme.example>
DATA
From: <hr@batch.acme.example>
To: <mueller@acme.example>
Subject: =?ISO-8859-1?Q?Gr=FC=DFe?=
MIME-Version: 1.0
Content-Type: text/plain; charset=ISO-8859-1
Content-Transfer-Encoding: 8bit

Schöne Grüße an Frau Müller [Zimmer 12].
.
QUIT
/*
