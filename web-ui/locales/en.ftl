# The words on screen. Plain and short, no exclamation marks.

product = Kura
skip = Skip to content
language = Language

nav-label = Main
nav-ask = Ask
nav-documents = Documents
nav-administration = Administration

menu-password = Change password
menu-sign-out = Sign out

## The form of an answer

form = Form of the answer
form-asked = As the question asks
form-plain = Sentences
form-steps = Steps
form-table = Table
form-list = List
form-structured = Set out as the document has it.
form-unstructured = The documents are not set out so. Their sentences are shown in the order in which they stand.
form-row-answers = answers the question
form-left-out = { $rows } more rows stand in the document.

## Summaries, checks and drafts

title-summary = Summary
summary-of = Summary: { $title }
summary-link = Summary
summary-points = The whole in short
summary-extractive = Of each section, the sentences that say most of it, as the document has them. The brackets name their places.
summary-composed = { $model } wrote the sentences of each section, and each was checked against the document. Where one could not be confirmed, the document's own sentences are shown.
title-checklist = Check a draft
checklist-link = Check a draft
checklist-lead = Whether a draft meets the items of a checklist, by its own words. Where numbers or denials differ, or where it is not clear, an item is to be looked at; it is not called met.
checklist-draft = Draft
checklist-draft-document = Document to check
checklist-items = Checklist
checklist-items-help = One item a line.
checklist-list-document = Document with the checklist
checklist-pasted = The text above
checklist-go = Check
checklist-empty = Both a draft and a checklist are needed.
checklist-result = Result
checklist-summary = { $met } met, { $missing } missing, { $unclear } to be looked at
checklist-item = Item
checklist-verdict = Verdict
checklist-place = Place in the draft
checklist-met = ○ met
checklist-missing = × missing
checklist-partly = △ unclear: only some of its words were found
checklist-other-number = △ unclear: a number differs or is absent
checklist-denied = △ unclear: one denies what the other states
checklist-too-short = △ unclear: the item has too few words
title-draft = Draft of an answer
draft-link = Draft an answer
draft-lead = A draft in the wording of the past question and answer that is nearest, with facts taken from today's documents.
draft-go = Draft
draft-mark = Draft
draft-notice = This is a draft. Its facts were checked against the documents; its opening and closing are the wording of a past answer. Look it over before use.
draft-past = The past question and answer behind it
draft-nearness = It shares { $percent }% of the words of this question.
draft-no-past = No past question is near. Only the facts are shown.

## The evidence sheet

title-sheet = Evidence sheet
sheet-link = Evidence sheet
sheet-pdf = Open as PDF
sheet-back = Back to the answer
sheet-no-font = This server has no Japanese font, so there is no PDF. This page can be printed from the browser. An operator can install fonts-ipaexfont-gothic and start Kura again.
sheet-question = Question
sheet-asked = Asked
sheet-as-of = As of
sheet-kind = Kind of answer
sheet-checked = Each quotation was compared letter by letter with the place named. Whether the answer meets the question is for the person in charge to confirm.
sheet-document = Document
sheet-version = Version
sheet-version-number = no. { $number }
sheet-place = Place
sheet-in-force = In force
sheet-reading = Reading
sheet-generator-hash = Hash of the writing model (SHA-256)
sheet-embedder-hash = Hash of the search model (SHA-256)
sheet-no-generator = none took part
sheet-generation = Generation of the index
sheet-not-kept = not kept
sheet-answer = Number of the answer
sheet-confirmed = Confirmation
sheet-confirmed-lines = Name                                        Date

title-ask = Ask
title-documents = Documents
title-delete = Move document to the trash
title-unlock = Open a document with a password
title-reading = Reading: { $title }
title-people = People
title-status = System status
title-sign-in = Sign in
title-password = Change password

## Sign-in
sign-in = Sign in
sign-in-refused = The login or the password is wrong. Check both and try again.
sign-in-rules = For registered people only. Questions and answers stay on this appliance.
field-login = Login
field-password = Password

## Password
password-forced = Choose a password of your own first. The one-time password stops working after that.
password-done = Your password has been changed.
password-change = Change password
password-least = At least { $least } characters. A long phrase is safest.
password-too-short = Use at least { $least } characters.
password-too-long = That password is too long. Use up to 200 characters.
password-differs = The new passwords differ. Enter the same one twice.
password-same = That is your current password. Choose a different one.
password-wrong = The current password is wrong. Check it and try again.
field-current = Current password
field-one-time = One-time password
field-new = New password
field-again = New password again

## Display
title-preferences = Display settings
prefer-device = Follow the device
prefer-theme = Colours
prefer-theme-light = Light
prefer-theme-dark = Dark
prefer-theme-help = Printed pages are always light.
prefer-contrast = Contrast
prefer-contrast-high = High
prefer-contrast-help = No greys, no tints, and thicker lines.
prefer-text = Text size
prefer-text-normal = Normal
prefer-text-large = Large
prefer-text-larger = Larger
prefer-text-help = Works together with the browser’s own zoom.
prefer-calendar = Dates
prefer-calendar-institution = As this institution writes them ({ $day })
prefer-calendar-western = Common era ({ $day })
prefer-calendar-japanese = Japanese era ({ $day })
prefer-calendar-help = Japanese eras are used on Japanese pages.
prefer-language = Language
prefer-language-help = Answers come in the language of the question.
prefer-save = Use these settings
prefer-saved = The settings are saved.
prefer-kept = Kept in this browser for a year. The language is also kept with your account while you are signed in.

## Asking
field-question = Question
question-help = Ask in a full sentence. A reference alone, such as “手数料条例 第9条”, opens that article.
question-keys = Enter sends, Shift+Enter starts a new line.
ask = Ask
ask-again = Ask again
ask-empty = Enter a question.
ask-too-long = The question is too long. Use up to 2,000 characters.
scope = Scope
scope-help = With nothing chosen, every document you may see is searched.
scope-all = Every document you may see
scope-add = + Scope
scope-collections = Collections
chip-remove = Remove from the scope: {"{"}{"}"}
chip-as-of = As of { $day }
chip-kind = Kind: { $value }
chip-from = From { $value }
chip-until = Until { $value }
chip-department = Department: { $value }
examples = Questions to try
recent = Your recent questions
asked-at = Asked:
nothing-visible = There are no documents you may see
nothing-visible-what = An administrator decides who sees what. Ask one if you need access.
empty-library = There are no documents yet
empty-library-editor = Add documents, and questions about them can be answered.
empty-library-reader = Questions can be answered once documents are added. Ask an editor or an administrator.

## Answers
answer = Answer
answer-arrived = The answer is here.
answer-address = Link to this answer
answer-checked = { $sources ->
    [one] Checked against 1 source
   *[other] Checked against { $sources } sources
}
answer-doubtful = Some sentences could not be confirmed. Do not rely on the struck-out text.
answer-thin = This answer may rest on too little. Check whether the quotation answers the question, and look at the documents nearest to it.
unsupported = not confirmed by the sources
refusal = The documents do not say.
refusal-near = Closest passages:
refusal-nothing = Nothing close was found either.
refusal-way = Try other words, or a wider scope.
unresolved-place = There is no “{ $written }” in it. The closest places are listed.
unresolved-name = The regulation of “{ $written }” is not among the documents.
kind-quoted = Quotation
kind-quoted-note = The words of the source itself.
kind-extracted = Extract
kind-extracted-note = The sentences of the sources closest to the question.
kind-undecided-note = The question does not tell which row of the table is meant: the rows that may apply are all shown.
kind-composed = Composed
kind-composed-note = Written by AI, each sentence checked against its sources.
kind-refused = No answer
kind-refused-note = The answer was not found in the documents.
ai-notice = Made by AI. Always check the evidence.
ai-notice-extracted = Extracts chosen by AI. Always check the evidence.
ai-notice-refused = The result of a search by AI. Check the documents themselves if it matters.
citation-label = Source { $number }: { $title }, { $place }
source-gone = This source can no longer be seen
copy = Copy
copied = Copied
print = Print
stop = Stop
seconds = { $seconds } s
seconds-pattern = {"{"}n{"}"} s

stage-searching = Searching
stage-found = { $found } passages found
stage-choosing = Choosing from { $found }
stage-chosen = Chose { $chosen } of { $found }
stage-writing = Writing the answer
stage-written = Answer written
stage-checking = Checking
stage-checked = Checked
stream-lost = The connection broke off during the answer. Ask again.
stream-offline = This device is not connected to the network. Check the connection and ask again.
stream-down = Kura cannot be reached. It is restarting or has stopped. Wait a moment and ask again. If it goes on, tell an administrator.
stream-slow = This takes longer than usual. Wait, or stop and ask within a narrower scope.
stream-partial = Unfinished and unchecked
stream-stopped = The answer was stopped. What stands here is unfinished and has not been checked.

record = How this answer came about
record-searching = Search
record-choosing = Choice
record-writing = Writing
record-checking = Check
found = What was found, and why
found-place = Place
found-wording = Wording
found-meaning = Meaning
found-used = In the answer
found-cited = Cited
found-not-cited = Not cited
found-help = Wording: how much of the question stands in the place, rare words counting more. Meaning: the nearer to 1, the nearer to the question.
record-found = Passages found
record-sources = Sources considered
record-generator = Answer model
record-embedder = Search model
record-prompt = Prompt
record-seed = Seed

evidence = Evidence
evidence-back = Back to the evidence
evidence-others = Also found
evidence-none = The sources will be listed here.
evidence-repeated = { $count ->
    [one] One other document says the same
   *[other] { $count } other documents say the same
}

place-line = line { $line }
place-lines = lines { $first }–{ $last }

## Feedback
title-feedback = Feedback
feedback = Say something about this answer
feedback-judge = This answer is
judge-right = Right
judge-wrong = Wrong
judge-missing = Incomplete
feedback-document = About which document
feedback-answer = The answer itself
feedback-words = A word (optional)
feedback-goes = Your question and what you write here go to the administrators and to whoever is in charge of the document.
feedback-send = Send
feedback-sent = Sent
feedback-sent-what = Sent. Thank you.
feedback-back = Back to the answer
feedback-list-what = What people said of answers. Administrators see all of it, people in charge what concerns their documents.
feedback-settled-too = Settled ones too
feedback-none = Nothing was said
feedback-none-what = It comes from “Say something about this answer” under each answer.
feedback-column = Question and remark
feedback-by = From
feedback-question-gone = The question is no longer kept.
feedback-settled = Settled
feedback-settle = Mark as settled
feedback-open = Open again
charge = In charge
title-charge = Person in charge
charge-name = Person or office
charge-help = Shown under answers. Empty for nobody.
charge-reach = How to reach them (extension, room)
charge-user = As a user of Kura
charge-nobody = Nobody
charge-user-help = They see what is said of these documents under “Feedback”.
charge-write = Save
charge-named = The person in charge is saved.

## Documents
upload = Add documents
upload-send = Add
upload-help = PDF, workbooks (xlsx, xlsb, xls, ods), CSV and TSV, Word (docx), PowerPoint (pptx), OpenDocument, web pages, e-mail (eml), text, Markdown, and ZIP archives of these. Up to { $size } each.
upload-no-collection = There is no collection to add to. Ask an administrator.
upload-sending = Sending
upload-queued = Accepted
upload-duplicate = The same file is already here
upload-lost = The file could not be sent. Check the network and add it again.
upload-password = Files with a password
upload-encoding = Name the encoding (CSV, text, HTML)
upload-encoding-help = It is usually recognised. Choose one only where characters come out wrong.
field-encoding = Encoding
encoding-guess = Recognise it
encoding-again = Characters come out wrong?
encoding-again-help = The file is read again in the encoding you choose. Until that is done, what was read before goes on answering.
encoding-read = Read again in this encoding
upload-password-help = Used for the files sent now. The password is not kept; the files are stored without it.
upload-wrong-password = The password of “{ $name }” is wrong. The file has been received; enter the right password to open it.
field-file-password = Password of the file
unlock = Remove the password and read
unlock-again = Enter password
unlock-what = It has a password and could not be read yet.
unlock-help = The password is not kept; the file is stored without it.
unlock-wrong = The password of “{ $name }” is wrong. Check it and enter it again. The file is still here.
unlock-impossible = “{ $name }” cannot be opened here. Remove the password in its own program and add it again. The file is still here.
field-files = Files
field-collection = Collection
field-file-name = File name
library-list = All documents
library-count = { $shown } of { $total }
library-no-match = No document matches.
library-empty-editor = There are no documents yet. Add some above.
library-empty-reader = There are no documents you may see yet.
filter = Filter documents
filter-name = Name
filter-all = All
filter-waiting = In preparation
filter-warned = With warnings
filter-apply = Filter
filter-clear = Clear
column-name = Name
column-format = Kind
column-parts = Pages
column-state = State
column-warnings = Warnings
column-page = Page
column-origin = How it was read
column-score = Score
sort = Order
sort-newest = Newest first
sort-worst = Worst read first
doubtful-count = { $count ->
    [one] 1 page to check
   *[other] { $count } pages to check
}
queue-reading = { $count } being read
queue-waiting = { $count } waiting
queue-held = { $count } to be accepted
queue-next = It is next
queue-ahead = { $ahead } before it
queue-now = “{ $title }” is being read now
progress-between = {", "}
progress-pages = { $done } of { $total } pages
progress-passages = { $done } of { $total } passages
rate-pages = { $rate } pages a second
rate-passages = { $rate } passages a second
left-seconds = about { $seconds } s left
left-minutes = about { $minutes } min left
left-hours = about { $hours } h { $minutes } min left
column-added = Added
column-actions = Actions
column-collection = Collection
passages-awaiting = { $passages } ({ $left } of them by their words alone for now)
column-passages = Passages
warning-count = { $count }
pager = Pages of the list
pager-newer = Newer
pager-older = Older
notice-added = { $count ->
    [one] 1 file was accepted. It answers questions once it has been read.
   *[other] { $count } files were accepted. They answer questions once they have been read.
}
notice-duplicate = { $count ->
    [one] 1 file was already here and was not added.
   *[other] { $count } files were already here and were not added.
}
notice-deleted = { $count ->
    [one] The document was moved to the trash.
   *[other] { $count } documents were moved to the trash.
}
notice-accepted = The document was accepted. It answers questions once it has been prepared.
notice-rejected = It was not accepted, and was deleted.
notice-cancelled = Reading will end now.
notice-retried = It will be read again.
notice-unlocked = The password was removed. It answers questions once it has been read.
notice-no-file = No file was chosen. Choose one and add it.
delete = Delete
delete-what = This document goes to the trash and is no longer searched or cited from this moment on. It can be restored for { $days } days.
delete-confirm = Move to trash
delete-cancel = Cancel
cancel = Cancel reading
retry = Read again
accept = Accept
reject = Do not accept
reject-confirm = Delete without accepting
reject-what = The document will be deleted. This cannot be undone.
reject-what-replaces = This version will be deleted. This cannot be undone. The version before it goes on answering.
reject-version = Delete this version
held-heading = Waiting to be accepted
held-what = Its text was read badly. It is neither searched nor cited until an editor accepts it.
held-what-replaces = Its text was read badly. This version is not used until an editor accepts it; the one before it answers.
held-short = Read badly. Not used until it is accepted.
held-short-replaces = Read badly. The version before it answers until this one is accepted.
held-look = Look at it
held-reading = This document waits to be accepted. It is neither searched nor cited yet.
held-decide = Decide whether to accept it

format-workbook = Workbook
format-table = Table (CSV)
format-text = Text
format-document = Document
format-presentation = Presentation
format-page = Web page
format-mail = E-mail
format-archive = Archive (ZIP)

state-queued = Waiting
state-parsing = Being read
state-preparing = Being prepared for search
state-indexing = Being indexed
state-held = Waiting to be accepted
state-cancelled = Reading was cancelled
state-searchable = Answers questions
state-answering-by-words = Answers questions; finding by meaning is being prepared
state-superseded = Replaced by a newer version
state-failed = Could not be read

failure-unknown-format = This kind of file is not read.
remedy-unknown-format = Old Word, PowerPoint and Ichitaro files: save them as .docx or .pptx. Others: convert to PDF or another kind that is read.
failure-old-format = Files of this older kind are read only where LibreOffice is installed on the appliance.
remedy-old-format = Save it as .docx, .pptx or PDF and add that; or have LibreOffice installed and try again.
failure-encrypted = The file has a password.
remedy-encrypted = An editor opens it with “Enter password” in the list of documents.
failure-sealed = The file is encrypted for the holder of a certificate. No password opens it.
remedy-sealed = Have the holder of the certificate export an unencrypted copy, and upload that.
failure-damaged = The file is damaged.
remedy-damaged = Open and save it in its own program, then add it again.
failure-too-large = The file is too large.
remedy-too-large = Split it and add the parts.
failure-empty = The file holds no text.
remedy-empty = Run text recognition on scanned PDFs before adding them.
failure-exhausted = Reading this file took more time or memory than one file may take.
remedy-exhausted = Split it into smaller files, or save it anew in the program it comes from.
failure-reader-died = The file broke the program that reads files. Nothing else was harmed.
remedy-reader-died = Save it anew in the program it comes from (for a PDF: print it to PDF), and upload that.
failure-cancelled = Reading was cancelled.
remedy-cancelled = Choose “Read again” when it is wanted after all.
failure-unavailable = The stored file cannot be opened.
remedy-unavailable = Tell an administrator.
failure-interrupted = The appliance stopped while reading it.
remedy-interrupted = Choose “Read again”.
failure-internal = Something went wrong inside the appliance.
remedy-internal = Try again later, and tell an administrator if it goes on.

warning-unreadable-page = Page { $page } could not be read.
warning-page-without-text = Page { $page } holds no text, only pictures.
warning-unknown-glyphs = Page { $page } holds { $count } characters that could not be read.
warning-doubtful-text = The text of page { $page } reads as garbage; compare it with the page.
warning-mended-characters = Page { $page } mapped { $count } characters wrongly. They were put right by their font.
warning-not-recognised = Page { $page } is a picture, and its characters could not be recognised.
warning-repaired = The file was damaged. What could be read was read after a repair.
warning-unreadable-sheet = Sheet “{ $sheet }” could not be read.
warning-unreadable-part = “{ $part }”, a part of the file, could not be read or only with doubt.
warning-doubtful-encoding = The text was read as { $encoding }. Some characters may be wrong.
warning-rows-left-out = Sheet “{ $sheet }” was left out from row { $row } on: the workbook is too large. Split it into several files to have the rest read.
warning-truncated = Only a part was read ({ $limit }).

## Reading
outline = Contents
notes = Notes
cited-place = Cited place
download = Save the original
place-bar = Where you are
page-previous = Previous page
page-next = Next page
page-jump = Page number
page-jump-go = Go
page-picture = Picture of page { $page }
reader-position = Page { $page } of { $count }
reader-stale = This document changed after the answer was given. The cited place cannot be shown.
reader-waiting = It can be seen here once it has been read.
reader-back = All documents
reader-again = Look again
reading-heading = How each page was read, worst first
reading-all = How every page was read
reading-score = Read to { $percent }% (mean of { $pages } pages)
reading-unread-count = { $count } unread
reading-recognised-count = { $count } recognised in pictures
reading-doubtful-count = { $count } to check
reading-blank-count = { $count } blank
reading-no-pages = Documents of this kind have no pages, and no score.
reading-not-assessed = This document was read before pages had scores. Add it again to get one.
pager-worse = Worse pages
pager-better = More pages
doubtful-pages = Pages read badly
page-text = Text read from this page
page-links = Where the links of this page lead
page-written = The text of the file itself
page-doubtful = Some of its text does not read as language
page-unread = The text of this page could not be read
page-blank = The page is blank
page-recognised = Recognised in a picture (confidence { $percent }%)
recognised = This text was recognised in a picture (confidence { $percent }%). Check it on the page itself.
recognised-look = See the page
sheets = Sheets
sheet-hidden = hidden
sheet-position = Rows { $first }–{ $last } of { $count }
rows-previous = Rows before
rows-next = Rows after
columns-left = Columns to the left
columns-right = Columns to the right
text-position = Lines { $first }–{ $last } of { $count }
lines-previous = Lines before
lines-next = Lines after

## People
people-add = Add a person
people-list = Everyone
people-login-help = Letters, digits and . - _ @
people-login-taken = That login is taken. Choose another one.
people-login-unfit = The login holds characters that cannot be used. Use letters, digits and . - _ @
people-name-unfit = Enter a name of up to 100 characters.
people-last-administrator = This would leave no administrator. Add another one first.
field-name = Name
field-role = Role
role-reader = Reader
role-reader-note = Asks and reads.
role-editor = Editor
role-editor-note = Also adds and deletes documents.
role-administrator = Administrator
role-administrator-note = Also manages people and the appliance.
person-active = May sign in
person-inactive = Stopped
person-one-time = Still has a one-time password
person-reset = Issue a one-time password
person-stop = Stop access
person-start = Restore access
handed = One-time password
handed-what = It is shown only now. Hand it over in person; it is replaced at the first sign-in.

## Status
status-documents = Documents
status-generation = Index generation
status-machine = Machine
status-disk = Disk
status-memory = Memory
status-free = { $free } free of { $total }
status-tight = Nearly used up
status-resident = Memory used by Kura
status-outbound = Outbound connections
status-outbound-none = None
status-sandbox = Reading files
status-sandbox-whole = In processes that reach nothing but the file
status-sandbox-open = Reading files without sandbox
status-models = Models
status-appliance = This appliance
status-version = Version
status-started = Started
status-data-dir = Data folder
column-model-role = Role
column-context = Context (tokens)
column-hash = Hash
model-embedder = Search
model-generator = Answers
model-reranker = Reranking
model-ready = Ready
model-not-ready = Not ready

## When something goes wrong
error-back = Back to asking
error-id = Request id:
error-sign-in = Sign in first
error-sign-in-what = Your session has ended. Sign in again.
error-password = Choose a new password first
error-password-what = Choose a password of your own before going on.
error-forbidden = You may not do this
error-forbidden-what = Your role does not include it. Ask an administrator if you need it.
error-not-found = Not found
error-not-found-what = The page or document is gone, or you may not see it.
error-form = Please do that again
error-form-what = The page had been open for too long, so nothing was changed. Go back, reload it, and try again.
error-bad-request = That could not be accepted
error-bad-request-what = What was sent could not be read. Go back and try again.
error-question = That question could not be accepted
error-too-large = Too large
error-too-large-what = It exceeds the size that can be sent. Split the file or make it smaller.
error-too-late = That cannot be done now
error-too-late-what = The document has changed its state. Go back to the documents and see how it stands.
error-too-many = Please wait
error-too-many-what = After several failures, sign-in is paused for { $seconds } seconds. Try again after that.
error-busy = Busy
error-busy-what = Many questions are being answered. Wait a moment and try again.
error-internal = Something went wrong
error-internal-what = The appliance could not do that. Try again, and give the request id to an administrator if it goes on.

## Versions and documents alike
title-compare = Compare versions: { $title }
versions = Versions
versions-compare = Compare versions
version-name = Added { $added } ({ $state })
version-answering = answers now
version-held = waits for a decision
version-past = earlier version
compare = Compare
compare-choose = Choose the versions to compare
compare-old = Before
compare-new = After
compare-back = Open the document
compare-differences = Side by side
compare-show-all = Show unchanged lines too
compare-show-changes = Show changed lines only
compare-none = There is no difference.
compare-changed = { $count ->
    [one] 1 line changed
   *[other] { $count } lines changed
  }
compare-added = { $count ->
    [one] 1 line added
   *[other] { $count } lines added
  }
compare-removed = { $count ->
    [one] 1 line removed
   *[other] { $count } lines removed
  }
compare-absent = (none)
compare-skipped = { $count ->
    [one] 1 unchanged line left out
   *[other] { $count } unchanged lines left out
  }
compare-cut = The document is long: only its first { $lines } lines are compared.
compare-one-version = There is only one version so far. Add a file of the same name to make a new one.
compare-nothing-read = No version has been read yet.
alike = Similar documents
alike-count = { $count ->
    [one] 1 similar document
   *[other] { $count } similar documents
  }
alike-same-file = The same file
alike-same-text = The same text
alike-near = About { $percent }% of the text in common

## Access
title-groups = Groups
title-group = Group: { $name }
title-collections = Access
title-document-access = Access: { $title }
access = Access
access-changed = Changed. It counts from the next search and answer on.
list-between = {", "}
groups-list = All groups
groups-none = There are no groups yet.
group-add = Add a group
group-help = Groups, such as sections or teams, let you decide about access for several people at once.
field-group-name = Name of the group
group-name-taken = There is a group of that name already. Choose another name.
group-name-unfit = Enter a name of at most 100 characters.
group-members = Members
group-count = { $count ->
    [one] 1 person
   *[other] { $count } people
}
group-change = Change members
group-keep = Save members
group-remove = Remove the group
group-remove-what = Only a group that no access rule names can be removed. No person is removed with it.
group-named = { $rules ->
    [one] 1 access rule names
   *[other] { $rules } access rules name
} this group, so it cannot be removed. Change those rules first.
collections-what = Only those chosen here can see a collection. Administrators see everything. Exceptions for single documents are made under “Access” in the list of documents.
collections-list = All collections
collections-change = Change the collection’s access
column-open-to = Open to
open-to-nobody = Administrators only
open-to-everyone-already = It is open to everyone, so the others would see it anyway.
collection-open = Open it to
collection-open-go = Open
collection-exceptions = { $count ->
    [one] 1 document with exceptions
   *[other] { $count } documents with exceptions
}
collection-add = Add a collection
collection-help = At first, only administrators can see it.
field-collection-name = Name of the collection
collection-name-taken = There is a collection of that name already. Choose another name.
collection-name-unfit = Enter a name of at most 100 characters.
field-principal = Who
principal-everyone = Everyone
principal-role = { $role } (role)
principal-group = { $name } (group)
principals-wide = Everyone and roles
principals-groups = Groups
principals-people = People
access-rules = Rules
document-rules = Exceptions for this document
document-rules-none = None
rule-hide = hidden
rule-grant = shown
rule-hide-go = Hide
rule-grant-go = Show
rule-take-back = Take back
rule-help = “Hide” takes it away from people who see the collection. “Show” shows it to people who do not, and outweighs “Hide”.
sight-list = Who sees this document
sight-count = { $seen } of { $people } people see it
sight-sees = Sees it
sight-not = Does not see it
column-sight = Sees it
column-why = Why
sight-administrator = Administrators see everything.
sight-granted = A rule shows this document to “{ $principal }”.
sight-open = The collection “{ $collection }” is open to “{ $principal }”.
sight-hidden = A rule hides this document from “{ $principal }”.
sight-closed = The collection “{ $collection }” is not open to them.

## Typing help
offers = Suggestions
offers-pattern = Suggestions: {"{"}n{"}"}. Choose with the up and down arrow keys.
offer-title = Document
offer-question = Earlier question
offer-article = Article
offer-heading = Heading

## Jumping to an article
jump = Jump to an article
jump-found = “{ $whole }” is here.
jump-several = There are several places for “{ $whole }”. Choose the document to open.
jump-no-place = “{ $name }” has no { $address }. Places near it:
jump-no-name = No regulation called “{ $name }” was found. Names like it:
jump-unnamed = It is not clear which regulation’s { $address } is meant. Documents that have it:
jump-nothing = Nothing near it was found either.
jump-ask = Ask with these words

## Trying the search
title-retrieval = Try the search
retrieval-go = Try
retrieval-help = Only searches, and shows why each passage ranks where it does. No answer is written, and nothing is kept.
retrieval-legs = Way of searching
legs-hybrid = Both
legs-lexical = Words only
legs-vector = Meaning only
retrieval-weights = Try other weights
retrieval-weights-help = The names are those of [index] in the configuration file. A changed value counts for this one search.
retrieval-usual = Usually { $value }
retrieval-reset = Back to the usual values
retrieval-unfit = Enter weights as numbers from 0 to 1,000; counts have no fraction.
retrieval-understood = How the question was read
retrieval-words = Words searched for
retrieval-names = Names in the question
retrieval-demands = Demands
retrieval-references = References
retrieval-visible = Passages searched
retrieval-time = Time taken
retrieval-hits = Passages found
retrieval-nothing = Nothing was found.
column-rank = Rank
column-passage = Passage
column-fused = Fused
column-lexical = Words
column-vector = Meaning
column-matched = Matched
hit-named = named in the question
demand-phrase = Holds exactly: { $text }
demand-without = Does not hold: { $text }
demand-title = Title: { $text }
reference-found = “{ $whole }”: { $count } among the results
reference-no-name = “{ $whole }”: no regulation of that name was found. Names like it:
reference-unnamed = “{ $whole }”: it is not clear of which regulation.
filters-help = Writing 種別:条例, 日付:2024-04-01.., 部署:市民課 or 書名:手数料 behind the question does the same.
filter-kind = Kind
filter-any = All
filter-from = Dated from
filter-until = Dated until
filter-department = Department
title-wording = Words of the collection
field-synonyms = Words that mean the same
synonyms-help = One group a line, for example ごみ=廃棄物. They count from the next question on.
field-department = Department
department-help = Where a document of this collection does not name its department, this one counts.
wording-write = Save
wording-written = Saved. It counts from the next question on.
wording-too-long = The list is too long.
wording-no-group = Line { $line } is no group of two words or more. Part them with = or a comma.


# In force
validity-in-force = in force
validity-not-yet = not yet in force
validity-past = former
validity-repealed = repealed
validity-expired = expired
validity-from = from { $day }
validity-until = until { $day }
transitional = transitional measure
field-as-of = As of
as-of-help = Today if empty. Answers come from what is in force on that day.
as-of-today = As of { $day } (today)
as-of-chosen = As of { $day } (the day you chose)
as-of-question = As of { $day } (named in the question)
ask-no-day = Write the day as 2024-04-01.
reader-other-version = This version is not the one in force today.
reader-current-version = Open today's version
reader-not-in-force = This is not in force today.
compare-part = Article
compare-part-all = the whole text
compare-part-differs = [differs]
validity = In force
validity-unknown = No day could be read. Documents without days answer from their newest version, whatever the day.
validity-set = Set the days
validity-set-help = What you set goes before what the text says. Empty fields go back to what was read.
validity-save = Set
field-valid-from = In force from
field-valid-until = No longer in force from
said-promulgated = Promulgated
said-amended = Amended
said-amendments = { $count } times (last { $day })
said-read = By its text
said-part = Apart from that
said-uncomputed = Cannot be computed
said-set = Set by an editor
upload-version = Set its days
upload-days-help = For one file at a time. Without a day, it is read from the text. A file of the same name is a version of the same document; older versions may be added later.
version-add = Add a version
version-add-help = A file of another name becomes a version of this document too. Without a day, it is read from the text. Older versions may be added later.
field-version-file = Another version of this document
said-repealed = Repealed by another regulation
said-repeals = Repeals
compare-article = This article beside its other wording

## The trash

title-trash = Trash
title-erase = Delete document for good
trash-lead = Deleted documents stay here for { $days } days. Until then they can be restored, and are found again as before, without being read anew.
trash-empty = The trash is empty.
trash-by-operator = Command line
trash-link = Trash
back-to-library = ← Back to the library
column-trashed = Moved here
column-trashed-by = By
column-kept-until = Deleted for good on
restore = Restore
erase = Delete for good
erase-what = This document and its file will be deleted for good. This cannot be undone. Other documents that use the same file stay.
erase-confirm = Delete for good
notice-restored = The document was restored. It can be found again in a moment.
notice-erased = The document was deleted for good.
# The check of an answer's sentences
mode-quote = Quotation (words of the sources only)
mode-compose = Composition (each sentence checked)
mode-extract = Fields (each value checked)
record-mode = Mode
record-rewritten = Written anew
record-rewritten-once = once, because a sentence failed the check
record-dropped = Sentences left out
answer-dropped = { $count ->
    [one] One sentence without support was left out.
   *[other] { $count } sentences without support were left out.
}
check-proof-quoted = What is shown stands in the sources to the letter. Whether it answers the question fully, the check cannot tell.
check-proof-composed = Each sentence was compared with the place it cites: numbers, dates, articles, names, negations and exceptions. That it means the same is not proved.
fault-citation = It cites nothing.
fault-number = The number “{ $written }” is not in the cited place.
fault-amount = The amount “{ $written }” is not in the cited place.
fault-date = The date or time “{ $written }” is not in the cited place.
fault-article = “{ $written }” does not agree with the cited place.
fault-provision = Main and supplementary provisions do not agree with the cited place.
fault-name = The name “{ $written }” is not in the cited place.
fault-document = The document “{ $written }” is not the one cited.
fault-negation = What it denies does not agree with the cited place ({ $written }).
fault-exception = Its exceptions do not agree with the cited place ({ $written }).
fault-bound = Its limits do not agree with the cited place ({ $written }).
fault-content = Little of what it says is in the cited place.


## Choosing rows of the library

column-select = Select
column-edition = Edition, in force
column-quality = Quality
column-audience = Open to
edition-count = Compare { $count } versions
sort-title = By name
select-one = Select:
select-all = Select all documents on this page
selection = Actions for the selected documents
selection-help = Select documents to act on several at once.
selection-count = { "{count}" } selected.
selection-access = Change access
selection-move = Change collection
selection-discard = Move to trash
title-selection-discard = Move documents to the trash
title-selection-move = Change the collection of documents
title-selection-access = Change access to documents
selection-discard-lead = { $count ->
    [one] This document goes
   *[other] These { $count } documents go
} to the trash and will no longer be searched or cited from this moment on. They can be restored for { $days } days.
selection-move-lead = { $count ->
    [one] This document goes
   *[other] These { $count } documents go
} to another collection. Who may see them follows from that collection.
selection-access-lead = { $count ->
    [one] Make an exception for this document.
   *[other] Make an exception for these { $count } documents.
}
field-collection-to = New collection
notice-moved = { $count ->
    [one] The collection of the document was changed.
   *[other] The collection of { $count } documents was changed.
}
notice-opened = { $count ->
    [one] Access to the document was changed.
   *[other] Access to { $count } documents was changed.
}
notice-none-selected = No document is selected. Tick the boxes on the left of the list.
audience-more = { $named } and { $more } more
audience-but = except some people
audience-and = and some people besides
audience-exceptions = with exceptions
pager-range = { $first } to { $last }

## Adding many at once

upload-folder = Choose a folder
upload-unpacking = Opening the ZIP archive
upload-bundle = { "{added}" } files of the archive accepted
upload-total = { "{done}" } of { "{all}" } sent
upload-refused = { "{count}" } not accepted
upload-nested = A ZIP archive inside an archive is not opened. Take its files out and add them.
upload-too-many = At most { $count } files are taken from one archive. Add the rest separately.
title-uploaded = Documents added
uploaded-summary = { $added } accepted, { $duplicate } there already, { $refused } not accepted.
uploaded-refused = Files that were not accepted
uploaded-why = Why
uploaded-back = See the library

# --- Conversations and history ---
follow-field = Ask a follow-up
follow-help = You can go on from the last question, as in “And for people over 65?”.
follow-whole = The whole conversation
follow-searched = Searched as this question:
follow-edit = Change the question
follow-edit-field = The changed question (nothing is carried over from before)
withheld-question = The question that was searched for is not shown, because it may hold words of a source that you can no longer see.
withheld-sources = Sources that you can no longer see: { $count }. Their quotations are not shown.
withheld-sentences = Sources that you can no longer see: { $count }. Their quotations, and { $sentences } sentences that rest on them, are not shown.
nav-history = History
title-history = Your questions
title-history-deleted = Deleted conversations
title-history-remove = Delete a conversation for good
withheld-source = A source that you can no longer see
history-back = ← Back to your questions
history-search = Search your questions
history-search-do = Search
history-none = You have not asked anything yet. What you ask is kept here; nobody else sees it.
history-none-found = No conversation holds these words.
history-none-deleted = There are no deleted conversations.
history-conversation = Conversation
history-changed = Last question
history-until = Kept
history-turns = { $count ->
    [one] 1 question
   *[other] { $count } questions
}
history-kept = without end
history-goes = until { $day }
history-pinned = Pinned
history-shared = Shared
history-pin = Pin to the top
history-unpin = Unpin
history-delete = Delete
history-undo = Undo
history-restore = Restore
history-remove = Delete for good
history-remove-what = All questions and answers of this conversation will be deleted. This cannot be undone.
history-cancel = Cancel
history-newer = Newer
history-older = Older
history-pages = Further pages
history-shares = Links that are shared
history-questions = Questions and answers
history-tools = This conversation
history-name = Name
history-name-help = Left empty, the first question is its name.
history-rename = Rename
history-keep = Keep until
history-keep-help = Left empty, the usual time applies. Pinned conversations are kept without end.
history-keep-set = Set the date
history-limits = What is searched
history-no-pins = Nothing is preferred. You can choose among the sources of the answers below.
history-only-pins = Search the preferred sources only
history-collections = Collections to search (all if none is chosen)
history-limit-set = Change what is searched
history-pin-document = Prefer this document
history-pin-passage = Prefer this place
history-pin-place = { $title } (that place)
history-pin-remove = Remove
history-sharing = Sharing
history-share-help = Colleagues who have the link can read the questions and answers up to now, within what they may see themselves.
history-share = Make a link
history-revoke = Stop sharing
history-export = Export
history-export-note = An AI wrote these answers. Check them against the sources.
history-open-answer = Open the answer
history-shared-by = A conversation that { $name } shared on { $made }
history-shared-what = Quotations from sources that you may not see, and sentences that rest on them, are not shown.
history-done-deleted = The conversation was deleted.
history-done-restored = The conversation was restored.
history-done-removed = The conversation was deleted for good.
history-done-renamed = The name was changed.
history-done-pinned = Pinned to the top.
history-done-unpinned = No longer pinned.
history-done-kept = The time to keep it was changed.
history-done-revoked = It is no longer shared. The link leads nowhere now.
history-done-shared = A link was made.
history-done-limited = What is searched was changed. It applies from the next question on.
# The reader: places, finding, keys
find-within = Find in this document
find-go = Find
find-found = Places found
find-nothing = Nothing was found.
find-many = More than { $count } places were found. The first { $count } are shown.
find-count = { $number } of { $count }
find-previous = Previous
find-next = Next
ways = Views
way-original = Original
way-articles = By article
articles-previous = Previous articles
articles-next = Further articles
articles-compare = Compare wordings
articles-original = In the original
day-today = As of { $day } (today)
day-chosen = As of { $day }
day-coming = Amended from { $day }
day-choose = As of
day-show = Show that day
day-none = No version is in force on that day. Another one is shown.
title-regulations = Regulations
lists = Lists
list-previous = Previous
list-next = Next
list-kinds = By kind
list-sounds = By sound
list-days = By date
list-count = { $count } regulations
list-events = { $count } entries
list-from = From
list-until = Until
list-groups = Go to
list-last-changed = last amended { $day }
column-event = Event
column-day = Date
event-promulgated = Promulgated
event-in-force = In force
event-amended = Amended
event-repealed = Repealed or expired
event-coming = to come
event-last-version = not in force from that day
kind-law = Statutes
kind-ordinance = Ordinances
kind-rule = Rules
kind-directive = Directives
kind-guideline = Guidelines
kind-notice = Notices
kind-charter = Charters
kind-other = Others
sound-line = { $kana } line
sound-other = Others
sound-note = Kanji are read as the appliance's list of readings says; where it says nothing, titles stand in the order of JIS, by the usual sound of the first one.
link-place = Link to this place
link-page = Link
link-copied = Link copied
place-missing = This version has no “{ $place }”.
landed-place = Place opened
zoom = Size
zoom-fit = Fit width
zoom-smaller = Smaller
zoom-larger = Larger
pages = Pages
pages-further = Further pages
keys = Keys
keys-pages = next and previous page
keys-zoom = larger, smaller, fit width
keys-find = find in this document
keys-hits = next and previous place found
keys-citations = previous and next citation
keys-help = this list
citations-of-answer = Citations of the answer
citations-back = Back to the answer
citation-previous = Previous citation
citation-next = Next citation
citation-position = Citation { $number } of { $count }

# Other sources, and documents as a scope
again = Ask again with other sources
again-without = Sources to leave out
again-cited = This answer rests on it
again-help = The same question is asked again without the chosen sources.
again-do = Ask again
scope-documents = Documents
scope-documents-help = Type part of a title and choose. Without a choice, documents whose title has these words are searched.
scope-documents-none = No document has this title.
chip-document = Document: { $value }
chip-title = Title: { $value }
reader-ask = Ask this document
title-passages = Passages of { $title }
passages-link = Passages
passages-count = { $count ->
    [one] It is searched as one passage.
   *[other] It is searched as { $count } passages.
}
passages-help = The place beside a number leads to it in the document.
passages-length = { $count } characters
passages-previous = Previous passages
passages-next = Next passages
people-previous = Previous people
people-next = More people
