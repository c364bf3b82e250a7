//FIN310   JOB (FIN),'TWO WRITERS',CLASS=A,MSGCLASS=H
//* One text, two writers: ISO8859-1 for one, UTF-8 for the other.
//*
//* The writer name on the DD statement wins over the OUTPUT statement.
//OUT1     OUTPUT DEFAULT=YES,WRITER=INVOICES
//PLAIN    EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<finance@batch.acme.example>
RCPT TO:<paris@acme.example>
DATA
Subject: to the first writer
MIME-Version: 1.0
Content-Type: text/plain; charset=ISO-8859-1
Content-Transfer-Encoding: 8bit

Facture payée à Orléans
.
QUIT
/*
//INVOICE  EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=B
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<finance@batch.acme.example>
RCPT TO:<paris@acme.example>
DATA
Subject: to the second writer
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

Facture payée à Orléans
.
QUIT
/*
