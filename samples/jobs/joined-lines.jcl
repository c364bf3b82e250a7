//LONG080  JOB (OPS),'LONG LINES',CLASS=A,MSGCLASS=H
//* Lines longer than a card, joined by a < in column 80.
//*
//* Columns 1-79 have to be full: only the joining < is taken away.
//LONG     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<a.very.long.local.part.that.needs.two.cards@department.of.many.words.i<
n.one.domain.acme.example>
DATA
Subject: joined lines

This sentence is longer than one card and runs on, without a break, until colum<
n 80 and continues on the following card.
.
QUIT
/*
