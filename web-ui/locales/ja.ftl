# 画面に出る言葉。「です・ます」で短く。感嘆符は使わない。

product = Kura
skip = 本文へ移る
language = 表示言語

nav-label = 主な画面
nav-ask = 質問する
nav-documents = 文書
nav-administration = 管理

menu-password = パスワードを変える
menu-sign-out = サインアウト

title-ask = 質問する
title-documents = 文書
title-delete = 文書の削除
title-people = 利用者
title-status = 稼働状況
title-sign-in = サインイン
title-password = パスワードの変更

## サインイン
sign-in = サインイン
sign-in-refused = ログイン名またはパスワードが違います。確かめて、もう一度入力してください。
sign-in-rules = 利用できるのは、登録された方だけです。質問と回答は、この機器の中だけに保存されます。
field-login = ログイン名
field-password = パスワード

## パスワード
password-forced = はじめにパスワードを決めてください。仮パスワードはこの後使えなくなります。
password-done = パスワードを変えました。
password-change = パスワードを変える
password-least = { $least }文字以上。文や合言葉のように長いものが安全です。
password-too-short = パスワードは{ $least }文字以上にしてください。
password-too-long = パスワードが長すぎます。200文字までにしてください。
password-differs = 新しいパスワードが一致しません。2回とも同じものを入力してください。
password-same = 今のパスワードと同じです。別のものにしてください。
password-wrong = 今のパスワードが違います。確かめて、もう一度入力してください。
field-current = 今のパスワード
field-one-time = 仮パスワード
field-new = 新しいパスワード
field-again = 新しいパスワード(確認)

## 質問
field-question = 質問
question-help = 知りたいことを文で書いてください。
question-keys = Enterで送信、Shift+Enterで改行します。
ask = 聞く
ask-again = もう一度聞く
ask-empty = 質問を入力してください。
ask-too-long = 質問が長すぎます。2,000文字までにしてください。
scope = 範囲
scope-help = 選ばないときは、見ることのできる文書すべてから探します。
examples = 質問の例
recent = 最近の質問
asked-at = 質問した日時:
nothing-visible = 見ることのできる文書がありません
nothing-visible-what = 閲覧の範囲は管理者が決めています。必要な場合は管理者に連絡してください。
empty-library = 文書がまだありません
empty-library-editor = 文書を追加すると、その内容について質問できるようになります。
empty-library-reader = 文書が追加されると質問できるようになります。追加は編集者か管理者に依頼してください。

## 回答
answer = 回答
answer-arrived = 回答が届きました。
answer-address = この回答へのリンク
answer-checked = 根拠 { $sources }件で確認済み
answer-doubtful = 根拠を確認できない文があります。線で消した部分は使わないでください。
unsupported = 根拠を確認できません
refusal = 資料からは確認できませんでした。
refusal-near = 近い資料:
refusal-nothing = 近い資料も見つかりませんでした。
refusal-way = 言葉を変えるか、範囲を広げて、もう一度質問してください。
kind-quoted = 引用
kind-quoted-note = 資料の文をそのまま示しています。
kind-extracted = 抜粋
kind-extracted-note = 質問に近い文を資料から抜き出しています。
kind-composed = 作成
kind-composed-note = AIが書いた文です。一文ずつ根拠と照らし合わせました。
kind-refused = 回答なし
kind-refused-note = 資料に答えが見つかりませんでした。
ai-notice = AIが作成しました。必ず根拠を確認してください。
ai-notice-extracted = AIが選んだ抜粋です。必ず根拠を確認してください。
ai-notice-refused = AIが探した結果です。必要なときは資料を直接確認してください。
citation-label = 根拠{ $number } { $title } { $place }
source-gone = この根拠は今は見られません
copy = 写す
copied = 写しました
print = 印刷する
stop = 止める
seconds = { $seconds }秒
seconds-pattern = {"{"}n{"}"}秒

stage-searching = 検索しています
stage-found = { $found }件見つかりました
stage-choosing = { $found }件から選んでいます
stage-chosen = { $found }件から{ $chosen }件を選びました
stage-writing = 回答を書いています
stage-written = 回答を書きました
stage-checking = 確認しています
stage-checked = 確認しました
stream-lost = 接続が切れました。ネットワークを確かめて、もう一度聞いてください。
stream-stopped = 回答を止めました。灰色の文は、まだ確認していません。

record = 回答の経過
record-searching = 検索
record-choosing = 選択
record-writing = 作成
record-checking = 確認
record-found = 見つかった箇所
record-sources = 根拠の候補
record-generator = 回答のモデル
record-embedder = 検索のモデル
record-prompt = 指示文
record-seed = 乱数の種

evidence = 根拠
evidence-back = 根拠の一覧に戻る
evidence-others = ほかに見つかった資料
evidence-none = ここに根拠となる資料が並びます。

place-line = 行{ $line }
place-lines = 行{ $first }–{ $last }

## 文書
upload = 文書を追加
upload-send = 追加する
upload-help = PDF、Excel(xlsx・xlsb・xls・ods)、CSV・TSV、テキスト、Markdown。1つ{ $size }まで。
upload-no-collection = 文書を入れる分類がありません。管理者に連絡してください。
upload-sending = 送っています
upload-queued = 受け付けました
upload-duplicate = 同じ内容の文書がもうあります
upload-lost = 送れませんでした。ネットワークを確かめて、もう一度追加してください。
field-files = ファイル
field-collection = 分類
field-file-name = ファイル名
library-list = 文書の一覧
library-count = { $total }件中{ $shown }件
library-no-match = 条件に合う文書はありません。
library-empty-editor = 文書はまだありません。上の「文書を追加」から入れてください。
library-empty-reader = 見ることのできる文書はまだありません。
filter = 文書を絞り込む
filter-name = 名称
filter-all = すべて
filter-waiting = 準備中
filter-warned = 警告あり
filter-apply = 絞り込む
filter-clear = 条件を消す
column-name = 名称
column-format = 種別
column-parts = ページ
column-state = 状態
column-warnings = 警告
column-added = 追加日
column-actions = 操作
column-collection = 分類
column-passages = 検索できる箇所
warning-count = { $count }件
pager = 一覧の移動
pager-newer = 新しい文書へ
pager-older = 古い文書へ
notice-added = { $count }件を受け付けました。読み終わると質問に使えます。
notice-duplicate = { $count }件は同じ内容の文書がもうあるため、追加しませんでした。
notice-deleted = 文書を削除しました。
notice-no-file = ファイルが選ばれていません。選んでから追加してください。
delete = 削除
delete-what = この文書を削除します。検索と回答に使われなくなり、元のファイルも消えます。元には戻せません。
delete-confirm = 文書を削除する
delete-cancel = やめる

format-workbook = 表計算
format-table = 表(CSV)
format-text = テキスト

state-queued = 順番を待っています
state-parsing = 読み取っています
state-preparing = 検索の準備をしています
state-embedding = 検索の準備をしています({ $done }/{ $total })
state-indexing = 索引に入れています
state-searchable = 質問に使えます
state-superseded = 新しい版に替わりました
state-failed = 読み取れませんでした

failure-unknown-format = 読み取れない種類のファイルです。
remedy-unknown-format = PDFなど、読み取れる種類に変えて追加してください。
failure-encrypted = パスワードがかかっています。
remedy-encrypted = パスワードを外して追加してください。
failure-damaged = ファイルが壊れています。
remedy-damaged = 元のソフトで開いて保存し直し、追加してください。
failure-too-large = ファイルが大きすぎます。
remedy-too-large = 分けて追加してください。
failure-empty = 文字が入っていません。
remedy-empty = 画像だけのPDFは、文字認識をしてから追加してください。
failure-exhausted = このファイルの読み取りが、1ファイルに許された時間またはメモリーを超えました。
remedy-exhausted = ファイルを分けるか、作成元のソフトで保存し直してください。
failure-reader-died = このファイルのために読み取りプログラムが異常終了しました。ほかの文書に影響はありません。
remedy-reader-died = 作成元のソフトで保存し直し(PDFなら「PDFとして印刷」し)、あらためて登録してください。
failure-cancelled = 読み取りを中止しました。
remedy-cancelled = 必要なときは、もう一度登録してください。
failure-unavailable = 保存したファイルを開けません。
remedy-unavailable = 管理者に連絡してください。
failure-interrupted = 途中で機器が止まりました。
remedy-interrupted = もう一度追加してください。
failure-internal = 機器の中で問題が起きました。
remedy-internal = 時間をおいて追加し、続くときは管理者に連絡してください。

warning-unreadable-page = { $page }ページを読み取れませんでした。
warning-page-without-text = { $page }ページに文字がありません(画像だけのページです)。
warning-unknown-glyphs = { $page }ページに読み取れない文字が{ $count }個あります。
warning-doubtful-text = { $page }ページの文字は文章として読めません。元のページと見比べてください。
warning-mended-characters = { $page }ページの文字{ $count }字は対応表が誤っていたため、フォントをもとに直しました。
warning-not-recognised = { $page }ページは画像で、文字を認識できませんでした。
warning-repaired = ファイルが壊れていたため、修復して読める部分を読み取りました。
warning-unreadable-sheet = シート「{ $sheet }」を読み取れませんでした。
warning-doubtful-encoding = 文字コードを{ $encoding }として読みました。一部の文字が正しくないかもしれません。
warning-truncated = 一部だけを読み取りました({ $limit })。

## 閲覧
outline = 見出し
notes = 注記
cited-place = 根拠の箇所
download = 元のファイルを保存
place-bar = 表示する箇所
page-previous = 前のページ
page-next = 次のページ
page-jump = ページ番号
page-jump-go = 移る
page-picture = { $page }ページの画像
reader-position = { $count }ページ中{ $page }ページ目
reader-stale = この文書は回答の後に新しくなりました。根拠の箇所は示せません。
reader-waiting = 読み取りが終わると、ここで見られます。
reader-back = 文書の一覧へ
sheets = シート
sheet-hidden = 非表示
sheet-position = { $first }–{ $last }行目 / { $count }行
rows-previous = 前の行へ
rows-next = 続きの行へ
columns-left = 左の列へ
columns-right = 右の列へ
text-position = { $first }–{ $last }行目 / { $count }行
lines-previous = 前の行へ
lines-next = 続きの行へ

## 利用者
people-add = 利用者を追加
people-list = 利用者の一覧
people-login-help = 英数字と . - _ @ が使えます。
people-login-taken = そのログイン名はもう使われています。別の名前にしてください。
people-login-unfit = ログイン名に使えない文字があります。英数字と . - _ @ を使ってください。
people-name-unfit = 名前を100文字までで入力してください。
people-last-administrator = 管理者が一人もいなくなるため、止められません。先に別の管理者を追加してください。
field-name = 名前
field-role = 役割
role-reader = 閲覧者
role-reader-note = 質問と閲覧ができます。
role-editor = 編集者
role-editor-note = 文書の追加と削除もできます。
role-administrator = 管理者
role-administrator-note = 利用者と機器の管理もできます。
person-active = 利用できます
person-inactive = 止めています
person-one-time = 仮パスワードのままです
person-reset = 仮パスワードを出す
person-stop = 利用を止める
person-start = 利用を再開する
handed = 仮パスワードを出しました
handed-what = この画面を離れると、もう表示できません。本人に直接伝えてください。最初のサインインで本人が変更します。

## 稼働状況
status-documents = 文書
status-generation = 索引の世代
status-machine = 機器
status-disk = ディスク
status-memory = メモリ
status-free = 空き { $free } / 全体 { $total }
status-tight = 残りわずかです
status-resident = Kuraが使うメモリ
status-outbound = 外部への接続
status-outbound-none = ありません
status-models = モデル
status-appliance = この機器
status-version = 版
status-started = 起動した日時
status-data-dir = データの場所
column-model-role = 役目
column-context = 扱える長さ(トークン)
column-hash = ハッシュ
model-embedder = 検索
model-generator = 回答
model-reranker = 並べ替え
model-ready = 使えます
model-not-ready = 使えません

## うまくいかないとき
error-back = 質問の画面へ
error-id = 問い合わせ番号:
error-sign-in = サインインが必要です
error-sign-in-what = サインインの期限が切れました。もう一度サインインしてください。
error-password = パスワードの変更が必要です
error-password-what = 先に新しいパスワードを決めてください。
error-forbidden = この操作はできません
error-forbidden-what = 役割に含まれない操作です。必要な場合は管理者に連絡してください。
error-not-found = 見つかりません
error-not-found-what = ページか文書がなくなったか、見る権限がありません。
error-form = もう一度操作してください
error-form-what = 画面を開いてから時間がたったため、受け付けませんでした。前の画面に戻り、読み込み直してから操作してください。
error-bad-request = 受け付けられませんでした
error-bad-request-what = 送られた内容を読み取れませんでした。前の画面に戻り、もう一度操作してください。
error-question = 質問を受け付けられませんでした
error-too-large = 大きすぎます
error-too-large-what = 送れる大きさを超えています。ファイルを分けるか、小さくしてください。
error-too-many = しばらくお待ちください
error-too-many-what = 失敗が続いたため、{ $seconds }秒の間サインインを止めています。時間をおいて、もう一度試してください。
error-busy = 混み合っています
error-busy-what = 今は混み合っています。少し待って、もう一度試してください。
error-internal = 問題が起きました
error-internal-what = 機器の中で問題が起き、処理できませんでした。もう一度試し、続くときは問い合わせ番号を管理者に伝えてください。
