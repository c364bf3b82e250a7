//INVC040  JOB (FIN),'INVOICES',CLASS=A,MSGCLASS=X
//* The writer name comes from an OUTPUT statement.
//*
//* SYSOUT=(,) leaves class and writer to the OUTPUT statement.
//* SPIN=UNALLOC makes the mail available when the step closes it,
//* not at the end of the job.
//MOUT     OUTPUT WRITER=CSSMTP,CLASS=M
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(,),OUTPUT=*.MOUT,SPIN=UNALLOC
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<invoices@batch.acme.example>
RCPT TO:<finance@acme.example>
DATA
From: Invoice run <invoices@batch.acme.example>
To: <finance@acme.example>
Subject: 412 invoices printed

The run ended at 06:10.
.
QUIT
/*
