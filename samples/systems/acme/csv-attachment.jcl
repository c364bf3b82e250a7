//SALE210  JOB (SAL),'CSV MAIL',CLASS=B,MSGCLASS=H
//* A CSV attachment from a data set between in-stream parts.
//*
//* SYSUT1 is a concatenation: MIME header, data set, end of the mail.
//* Without the system file: --dataset SALE.ORDERS.CSV=orders.csv
//MAIL     EXEC PGM=IEBGENER
//SYSPRINT DD DUMMY
//SYSIN    DD DUMMY
//SYSUT2   DD SYSOUT=(C,CSSMTP),SPIN=UNALLOC
//SYSUT1   DD *
HELO ACM1
MAIL FROM:<sales@batch.acme.example>
RCPT TO:<bi@acme.example>
DATA
From: Sales batch <sales@batch.acme.example>
To: <bi@acme.example>
Subject: orders 2024-01-31
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_acme_0001"

--=_acme_0001
Content-Type: text/plain; charset=ISO-8859-1

The order list is attached.
--=_acme_0001
Content-Type: text/csv; charset=ISO-8859-1; name="orders.csv"
Content-Disposition: attachment; filename="orders.csv"
Content-Transfer-Encoding: 8bit

//         DD DISP=SHR,DSN=SALE.ORDERS.CSV
//         DD *
--=_acme_0001--
.
QUIT
/*
