//OPSA1    JOB (OPS),'ANN LEE',CLASS=A,MSGCLASS=H,NOTIFY=&SYSUID
//* Commands in lower case, no final period, no QUIT.
//*
//* Case does not matter. The end of the file supplies what is missing,
//* and a notice says so.
//NOTE     EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
helo plex1
mail from:<ann.lee@acme.example>
rcpt to:<ops@acme.example>
data
subject: tape drive 3 cleaned

The drive is online again.
/*
