HELO this stands before any job
//MAILJOB  JOB (ACCT),'THIS NAME IS TOO LONG',CLAS=A,MSGCLASS=??
// SET HLQ=PROD
//OUT1     OUTPUT CLASS=K,WRITTER=CSSMTP,JESDS=SOME
//SEND     EXEC PGM=IEBGENER,COND=(4,LT,NOSTEP)
//SYSPRINT DD SYSOUT=*,SYSOUT=A
//SYSIN    DD DUMY
//SYSUT1   DD DSN=&HLK..MAIL,DISP=SHARE
//SYSUT2   DD SYSOUT=(B, CSSMTP)
//SYSUT3   DD SYSOUT=(B,INTRDR)
//SYSUT4   DD SYSOUT=(B,STDWTR),OUTPUT=*.OUT2
//SYSUT5   DD DSN=TOO.LONGQUALIFIER,DCB=(RECFM=FX,LRECL=99999)
//SYSUT6   DD SYSOUT=A,
//                          HOLD=YES
//SYSUT7   DD DSN='NO.END
//SYSUT8   DD DSN=A.B,DISP=(NEW,CATLG
//8BAD     DD DUMMY
//UNKNOWN  DDD DUMMY
//LOWER    dd DUMMY
//IN       DD *,SYMBOLS=JCLONLY
MAIL FROM:<a@example.com>
a line that is rather long for a card: it has more than eighty columns, as an editor allows
☃ is not in the code page
//* this comment ends the data
RCPT TO:<b@example.com>
/* so does this
//         IF (SEND.RC = ) THEN
//         EXEC MAILPROC,TO=ME
//SEND.IN  DD DUMMY
//         INCLUDE MEMBER=X
//         ELSE
//         ELSE
//LAST     EXEC PGM=IEFBR14,PARMS=X,COND=(4,XX)
/*ROUTTE PRINT N1
//END      DD SYSOUT=A,COPIES=300,DEST=NO-GOOD,HOLD=PERHAPS,
//
LEFT OVER
