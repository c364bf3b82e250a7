//SALE060  JOB (SAL),'ORDERS',CLASS=A,MSGCLASS=H
//* A MIME attachment in base64.
//*
//* CSSMTP knows nothing of attachments: the job writes the MIME header
//* and the parts. Base64 goes through every code page unharmed.
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(B,CSSMTP)
//SYSUT1   DD *
HELO PLEX1
MAIL FROM:<sales@batch.acme.example>
RCPT TO:<bi@acme.example>
DATA
From: Sales batch <sales@batch.acme.example>
To: <bi@acme.example>
Subject: orders of the day
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b64-7711"

--b64-7711
Content-Type: text/plain; charset=ISO-8859-1

The orders are attached.
--b64-7711
Content-Type: text/csv; charset=UTF-8; name="orders.csv"
Content-Disposition: attachment; filename="orders.csv"
Content-Transfer-Encoding: base64

Tk87Q1VTVE9NRVI7VkFMVUUNCjEwMDE7TcO8bGxlciAmIENvOzc3LDUwDQoxMDAyO08nSGFy
YTsxMiwwMA0K
--b64-7711--
.
QUIT
/*
