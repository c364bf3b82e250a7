//PRNT140  JOB (SAL),'SALES REPORT',CLASS=A,MSGCLASS=H
//* A report with ASA carriage control in column 1 (RECFM=FBA).
//*
//* CSSMTP takes column 1 away before it looks at a record, so that the
//* commands stand in column 2 here.
//PRINT    EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP),DCB=(RECFM=FBA,LRECL=80)
//SYSUT1   DD *
 HELO PLEX1
 MAIL FROM:<reports@batch.acme.example>
 RCPT TO:<sales@acme.example>
 DATA
 Subject: daily sales

1ACME LTD        DAILY SALES          PAGE    1
-REGION      ORDERS        VALUE
0NORTH           17     1 204.50
 SOUTH            9       377.10
 .
 QUIT
/*
