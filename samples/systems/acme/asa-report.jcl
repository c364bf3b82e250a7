//SALE220  JOB (SAL),'REPORT MAIL',CLASS=B,MSGCLASS=H
//* A print report (RECFM=FBA, LRECL=133) between two library members.
//*
//* All three are FBA, so CSSMTP takes the control character off each
//* record, of the commands too. The text keeps its order, not its
//* spacing: an overprinted line stays a line.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD SYSOUT=*
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD DISP=SHR,DSN=OPS.MAILHDR(SALES)
//         DD DISP=SHR,DSN=SALE.REPORT
//         DD DISP=SHR,DSN=OPS.MAILHDR(TRAILER)
