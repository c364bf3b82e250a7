//BADN030  JOB (OPS),'NUMBERED CARDS',CLASS=A,MSGCLASS=H
//* Expected: bad. The member was saved with sequence numbers in 73-80.
//*
//* The numbers are arguments too many for HELO, MAIL and DATA. Nothing
//* is sent. Remedy: NUMBER OFF in the editor, and UNNUM.
//SEND     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1                                                              00010000
MAIL FROM:<ops@batch.acme.example>                                      00020000
RCPT TO:<desk@acme.example>                                             00030000
DATA                                                                    00040000
Subject: numbered cards                                                 00050000
                                                                        00060000
The text of the mail.                                                   00070000
.                                                                       00080000
QUIT                                                                    00090000
/*
