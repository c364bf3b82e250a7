"""What CSSMTP says on the console about itself and in answer to MODIFY (cssmtp-operations.md 9).

EZD ids are IBM's, for conditions that IBM's pages name (9.1, cssmtp-config.md 6); their wording is
ours. IBM's EZD1817I, EZD1818I and EZD1819I are three conditions of a target server of which no page
says which is which, so these have ids of our own, as has everything else (JML340-JML369).
"""

from jes.messages import Message

# --- MODIFY (2) ----------------------------------------------------------------------------------
MODIFY_ERROR = Message("EZD1806I", "{job} MODIFY COMMAND UNSUCCESSFUL: {operand}: {reason}")
CONFIG = Message("JML340I", "{job} CONFIGURATION")
IPLIST = Message("JML341I", "{job} IP ADDRESSES OF TARGET SERVERS")
LOG_LEVEL = Message("JML342I", "{job} LOG LEVEL")
SPOOL_STATUS = Message("JML343I", "{job} SPOOL STATUS")
TARGETS = Message("JML344I", "{job} TARGET SERVERS")
SUSPENDED = Message("JML345I", "{job} IS SUSPENDED ({mode}): NO NEW SPOOL FILES ARE TAKEN")
ALREADY_SUSPENDED = Message("JML346I", "{job} IS SUSPENDED ALREADY ({mode})")
RESUMED = Message("JML347I", "{job} IS RESUMED")
NOT_SUSPENDED = Message("JML348I", "{job} IS NOT SUSPENDED")
LOG_LEVEL_SET = Message("JML349I", "{job} LOG LEVEL IS {level}, WAS {before}")
FLUSHED = Message("JML350I", "{job} RETRY IS ENDED FOR {count} MAILS")
EXIT_SET = Message("JML352I", "{job} USER EXIT IS {level}")
NO_EXIT = Message("JML353W", "{job} HAS NO USER EXIT IN THE SYSTEM FILE: NONE IS CALLED")
EXIT_FAILED = Message("JML370W", "{job} USER EXIT {level} FAILED: {reason}")
EXIT_OFF = Message(
    "JML371E", "{job} USER EXIT {level} IS OFF AFTER {count} FAILURES: MAIL IS {then}"
)

# --- REFRESH -------------------------------------------------------------------------------------
REFRESH_ERRORS = Message("EZD1839I", "{job} REFRESH COMPLETED WITH ERRORS: NOTHING IS CHANGED")
RESOLVER = Message("EZD1845I", "{job} RESOLVER PROBLEM, {name}")
CONFIG_ERROR = Message("JML354E", "{file}: {text}")
CONFIG_REMARK = Message("JML368W", "{file}: {text}")
CONFIG_UPDATED = Message("JML355I", "{job} CONFIGURATION IS REFRESHED, CHANGED: {changed}")
NOT_REFRESHABLE = Message("JML356W", "{statement} KEEPS ITS VALUE UNTIL {job} IS STARTED AGAIN")
NO_CONFIG_FILE = Message("JML357W", "{job} HAS NO CONFIGURATION FILE: NOTHING TO READ AGAIN")
IPLIST_REFRESHED = Message("JML358I", "{job} HAS {count} TARGET SERVER ADDRESSES")
TARGETS_REFRESHED = Message("JML359I", "{job} LOOKS AT {count} TARGET SERVERS")
TEST_MODE = Message("EZD1841I", "{job} TESTMODE YES WITHOUT A USABLE REPORT DESTINATION")

# --- target servers ------------------------------------------------------------------------------
TARGET_DOWN = Message("JML360W", "{job} TARGET SERVER {target} CANNOT BE REACHED: {reason}")
TARGET_TIMEOUT = Message("JML361W", "{job} TARGET SERVER {target} DOES NOT ANSWER: {reason}")
TARGET_UP = Message("JML362I", "{job} TARGET SERVER {target} IS ACTIVE")
NO_TARGET = Message("JML363E", "{job} HAS NO TARGET SERVER THAT CAN BE USED: MAIL WAITS")
SANDBOX_FULL = Message(
    "JML367W", "TARGET SERVER {name} HAS NO SANDBOX BEFORE THE SYSTEM STARTS AGAIN"
)

# --- resources (4.8) -----------------------------------------------------------------------------
TASKS_HIGH = Message("EZD1856I", "{job} {percent}% OF THE {pool} TASKS WAIT FOR LONG RETRY")
TASKS_LOW = Message("EZD1857I", "{job} {percent}% OF THE {pool} TASKS WAIT FOR LONG RETRY")
STORAGE_HIGH = Message("EZD1858I", "{job} {percent}% OF THE STORAGE IS IN USE")
STORAGE_LOW = Message("EZD1859I", "{job} {percent}% OF THE STORAGE IS IN USE")

# --- START (1) -----------------------------------------------------------------------------------
WRITER_TAKEN = Message(
    "JML364E", "EXTERNAL WRITER {writer} BELONGS TO {holder}: {job} IS NOT STARTED"
)
START_OPTION = Message("JML365E", "START OPTION {option}: {reason}")
NOT_STARTED = Message("JML369E", "{job} IS NOT STARTED")
NO_COMMANDS = Message("JML366E", "{job} TAKES NO COMMANDS")
