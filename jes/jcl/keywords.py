"""The keywords of JOB, EXEC and DD: which are known, and which are read over (jes2.md 5.2, 5.3)."""

JOB = frozenset({
    "ACCT", "ADDRSPC", "BYTES", "CARDS", "CCSID", "CLASS", "COND", "DSENQSHR", "EMAIL", "GDGBIAS",
    "GROUP", "JESLOG", "JOBRC", "LINES", "MEMLIMIT", "MSGCLASS", "MSGLEVEL", "NOTIFY", "PAGES",
    "PASSWORD", "PERFORM", "PRTY", "RD", "REGION", "REGIONX", "RESTART", "SCHENV", "SECLABEL",
    "SYSAFF", "SYSTEM", "TIME", "TYPRUN", "UJOBCORR", "USER",
})  # fmt: skip
JOB_IGNORED = frozenset({"EMAIL", "JOBRC", "PAGES"})  # with a warning: somebody may rely on them

EXEC = frozenset({
    "ACCT", "ADDRSPC", "CCSID", "COND", "DYNAMNBR", "MEMLIMIT", "PARM", "PARMDD", "PERFORM", "PGM",
    "PROC", "RD", "REGION", "REGIONX", "RLSTMOUT", "TIME", "TVSAMCOM", "TVSMSG",
})  # fmt: skip

DCB = frozenset({
    "BFALN", "BFTEK", "BLKSIZE", "BUFIN", "BUFL", "BUFMAX", "BUFNO", "BUFOFF", "BUFOUT", "BUFSIZE",
    "CPRI", "CYLOFL", "DEN", "DIAGNS", "DSORG", "EROPT", "FUNC", "GNCP", "INTVL", "IPLTXID",
    "KEYLEN", "LIMCT", "LRECL", "MODE", "NCP", "NTM", "OPTCD", "PCI", "PRTSP", "RECFM", "RESERVE",
    "RKP", "STACK", "THRESH", "TRTCH",
})  # fmt: skip
DD_UNSUPPORTED = frozenset({
    "DDNAME", "LGSTREAM", "PATH", "QNAME", "SUBSYS", "SYMBOLS", "SYMLIST", "TERM",
})  # fmt: skip
DD = DCB | DD_UNSUPPORTED | frozenset({
    "ACCODE", "AMP", "AVGREC", "BLKSZLIM", "BURST", "CCSID", "CHARS", "CHKPT", "CNTL", "COPIES",
    "DATACLAS", "DCB", "DEST", "DISP", "DLM", "DSID", "DSKEYLBL", "DSN", "DSNAME", "DSNTYPE",
    "EATTR", "EXPDT", "FCB", "FILEDATA", "FLASH", "FREE", "FREEVOL", "GDGORDER", "HOLD",
    "KEYENCD1", "KEYENCD2", "KEYLABL1", "KEYLABL2", "KEYOFF", "LABEL", "LIKE", "MAXGENS",
    "MGMTCLAS", "MODIFY", "OUTLIM", "OUTPUT", "PATHDISP", "PATHMODE", "PATHOPTS", "PROTECT",
    "RECORG", "REFDD", "RETPD", "RLS", "ROACCESS", "SECMODEL", "SEGMENT", "SPACE", "SPIN",
    "STORCLAS", "SYSOUT", "UCS", "UNIT", "VOL", "VOLUME",
})  # fmt: skip
DD_IGNORED = frozenset({"LIKE", "REFDD"})  # with a warning
DD_OF_SYSOUT = frozenset({"OUTLIM", "SEGMENT", "SPIN"})  # nothing without SYSOUT=
DD_PRINTING = frozenset({"CHARS", "MODIFY"})  # of SYSOUT, for page printers: nothing here

OPERATIONS = frozenset({
    "JOB", "EXEC", "DD", "OUTPUT", "SET", "IF", "ELSE", "ENDIF", "PROC", "PEND", "INCLUDE",
    "JCLLIB", "COMMAND", "CNTL", "ENDCNTL", "EXPORT", "XMIT", "SCHEDULE", "NOTIFY",
})  # fmt: skip
PROCEDURE_OPERATIONS = frozenset({"PROC", "PEND", "INCLUDE", "JCLLIB"})
OPERATIONS_IGNORED = frozenset({"COMMAND", "EXPORT", "SCHEDULE", "NOTIFY"})
