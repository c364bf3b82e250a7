//BILD120  JOB (OPS),'BUILD A MAIL',CLASS=A,MSGCLASS=H
//* A mail that grows in a temporary data set, step by step.
//*
//* DISP=MOD writes behind what is there; the last step sends it.
//HEAD     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD DSN=&&MAIL,DISP=(NEW,PASS),UNIT=SYSDA,SPACE=(TRK,(1,1)),
//            DCB=(RECFM=FB,LRECL=80)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<ops@batch.acme.example>
RCPT TO:<desk@acme.example>
DATA
Subject: built in steps

/*
//BODY     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD DSN=&&MAIL,DISP=(MOD,PASS)
//SYSUT1   DD *
The second step wrote this line.
.
QUIT
/*
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD DSN=&&MAIL,DISP=(OLD,DELETE)
