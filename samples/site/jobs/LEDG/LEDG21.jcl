//LEDG21  JOB (LEDG1),'MAIL OF LEDG',CLASS=A,MSGCLASS=A
//* Some members have sequence numbers in columns 73-80.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,SMTP)
//SYSUT1   DD *
HELO MVS1                                                               00010000
MAIL FROM:<ledg.batch@acme.example>                                     00020000
RCPT TO:<ledg.desk@acme.example>                                        00030000
DATA                                                                    00040000
From: ledg.batch@acme.example                                           00050000
To: ledg.desk@acme.example                                              00060000
Subject: ledg run 21 ended                                              00070000
                                                                        00080000
Run 21 of LEDG ended. Rows: 98931                                       00090000
                                                                        00100000
The listing is in the usual place.                                      00110000
.                                                                       00120000
QUIT                                                                    00130000
/*
