//STAT050  JOB (OPS),'STATUS PAGE',CLASS=A,MSGCLASS=H
//* An HTML mail with an encoded subject.
//*
//* No line has a less-than sign in column 80: such a record would be
//* joined with the next one. Column 79 is as far as this page goes.
//PAGE     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<noreply@batch.acme.example>
RCPT TO:<all@acme.example>
DATA
From: Batch centre <noreply@batch.acme.example>
To: <all@acme.example>
Subject: =?ISO-8859-1?Q?Monatsabschlu=DF?= 01/2024
MIME-Version: 1.0
Content-Type: text/html; charset=ISO-8859-1

<html><body>
<h1>Month end</h1>
<table><tr><th>Job</th><th>Ended</th></tr><tr><td>PAYM010</td><td>06:10</td>
</tr><tr><td>SHIP030</td><td>06:25</td></tr></table>
<p>All <b>412</b> jobs ended.</p>
</body></html>
.
QUIT
/*
