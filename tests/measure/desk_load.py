#!/usr/bin/env python3
"""How the desk's pages fare with 100,000 passages, 200 people signed in and 20 of them asking at once.

The library is made up: documents of a hundred passages of plain Japanese each, with random vectors of length 1, written into
a fresh catalog beside one small document that Kura has read itself; `kura reindex` then builds the index from it. The server
is the real one, behind a model that a script speaks for (`cargo build --release --workspace --examples`): what is measured are the
pages, and a model's own time would hide them. With --kura target/release/kura it answers without any model, by choosing and quoting.

usage: desk_load.py --kura target/release/examples/scripted_desk [--documents 1000] [--people 200] [--asking 20] [--seconds 60] [--report FILE]
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["/", "/documents", "/documents?sort=worst", "/documents?q=手数料&state=searchable", "/documents?from=500", "/documents/{d}", "/documents/{d}/reading", "/preferences"]
OPERATOR = ["/status", "/people", "/groups", "/collections", "/trash", "/documents/{d}/access"]
WORDS = "手数料 証明書 図書館 貸出 休館日 届出 申請 窓口 減免 使用料 施設 条例 規則 別表 納付 期限 住民票 印鑑 登録 交付 転入 転出 保険 年金 税務 ごみ 収集 粗大 公園 学校".split()
PASSWORD = "desk-load-2026"


def kura(binary, data, *arguments):
    done = subprocess.run([binary, "--data-dir", data, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"kura {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def prepare(binary, data):
    """A data folder with models, dictionary and one small document."""
    cache = ROOT / "deploy/models/cache"
    for folder in ("models", "dictionary"):
        (data / folder).mkdir(parents=True)
    for file in cache.iterdir():
        if file.suffix in (".gguf", ".toml"):
            shutil.copy(file, data / "models" / file.name) if os.environ.get("COPY") else os.link(file.resolve(), data / "models" / file.name)
    os.link((cache / "ipadic.dic").resolve(), data / "dictionary/ipadic.dic")
    (data / "kura.toml").write_text('[inference]\ngenerator = "none"\n[http]\nconcurrent_questions = 64\n')
    password = json.loads(kura(binary, data, "init", "--json"))["password"]
    small = data / "seed.txt"
    small.write_text("証明書の手数料は、1通につき300円です。\n")
    kura(binary, data, "ingest", str(small))
    return password


def furnish(data, documents, passages):
    """Writes the made-up documents into the catalog: every row is a copy of the small document's, but for what is its own."""
    rng = random.Random(20260401)
    db = sqlite3.connect(data / "catalog.sqlite")
    db.execute("PRAGMA synchronous = OFF")
    columns = lambda table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    row = lambda table, where: dict(zip(columns(table), db.execute(f"SELECT * FROM {table} WHERE {where}").fetchone()))
    first = {t: row(t, "1 = 1 LIMIT 1") for t in ("documents", "versions", "validities", "jobs", "passages", "embeddings")}
    dimension = len(first["embeddings"]["vector"]) // 4

    def add(table, **own):
        values = {**first[table], **own}
        db.execute(f"INSERT INTO {table} ({','.join(values)}) VALUES ({','.join('?' * len(values))})", list(values.values()))

    number = 0
    for n in range(documents):
        document = version = 10 + n
        lines, spans, start = [], [], 0
        for p in range(passages):
            line = f"第{p + 1}条　{rng.choice(WORDS)}の{rng.choice(WORDS)}は、{rng.choice(WORDS)}について{rng.randrange(100, 90000)}円とし、{rng.choice(WORDS)}の{rng.choice(WORDS)}を{rng.randrange(2, 60)}日以内に行う。"
            length = len(line.encode())
            lines.append(line)
            spans.append((start, start + length))
            start += length + 1
        title = f"みなと市{rng.choice(WORDS)}{rng.choice(WORDS)}に関する条例その{n + 1}"
        add("documents", id=document, file_name=f"{title}.txt", searchable_version=None)
        add("versions", id=version, document_id=document, title=title, passages=passages, text="\n".join(lines), file_hash=f"{n:064x}",
            score=rng.uniform(0.5, 1.0) if n % 3 else None, doubtful=n % 3, bytes=start)
        db.execute("UPDATE documents SET searchable_version = ? WHERE id = ?", (version, document))
        add("validities", version_id=version)
        add("jobs", id=version, version_id=version)
        for p, (line, (begin, end)) in enumerate(zip(lines, spans)):
            number += 1
            place = {"span": {"start": begin, "end": end}, "place": {"kind": "text", "first_line": p + 1, "last_line": p + 1}}
            add("passages", id=1000 + number, version_id=version, ordinal=p, text=line, heading_path=json.dumps([f"第{p + 1}条"]), locator=json.dumps(place))
            vector = [rng.gauss(0, 1) for _ in range(dimension)]
            norm = sum(v * v for v in vector) ** 0.5
            add("embeddings", passage_id=1000 + number, vector=struct.pack(f"<{dimension}f", *(v / norm for v in vector)))
    db.commit()
    db.close()


def enlist(data, people):
    """People who sign in with the administrator's password: their rows are copies of the administrator's."""
    db = sqlite3.connect(data / "catalog.sqlite")
    columns = [r[1] for r in db.execute("PRAGMA table_info(users)")]
    admin = dict(zip(columns, db.execute("SELECT * FROM users LIMIT 1").fetchone()))
    for n in range(people):
        values = {**admin, "id": 1000 + n, "login": f"p{n}", "name": f"職員{n}", "role": "reader", "must_change_password": 0}
        db.execute(f"INSERT INTO users ({','.join(values)}) VALUES ({','.join('?' * len(values))})", list(values.values()))
    db.commit()
    db.close()


def forget(data):
    """The people of a measurement before."""
    db = sqlite3.connect(data / "catalog.sqlite")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("DELETE FROM users WHERE id >= 1000")
    db.commit()
    db.close()


class Person:
    """Somebody with a cookie and one connection that is kept."""

    def __init__(self, port):
        self.port, self.cookie, self.token = port, "", ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def send(self, method, path, body=None, headers=None):
        headers = {"Cookie": self.cookie, "Accept-Language": "ja", **(headers or {})}
        for attempt in (0, 1):
            try:
                self.connection.request(method, urllib.parse.quote(path, safe="/?=&%"), body, headers)
                reply = self.connection.getresponse()
                content = reply.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # A connection that was kept too long is closed by the other side.
                self.connection.close()
                if attempt:
                    raise
        set_cookie = reply.getheader("Set-Cookie")
        if set_cookie:
            self.cookie = set_cookie.split(";")[0]
        return reply.status, content

    def post(self, path, fields):
        body = urllib.parse.urlencode({**fields, "form_token": self.token})
        return self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"})

    def sign_in(self, login, password):
        status, _ = self.post("/sign-in", {"login": login, "password": password})
        assert status == 303, f"{login}: {status}"
        self.token = json.loads(self.send("GET", "/api/session")[1])["form_token"]

    def ask(self, question):
        body = json.dumps({"question": question})
        return self.send("POST", "/api/ask", body, {"Content-Type": "application/json", "X-Form-Token": self.token, "Origin": f"http://127.0.0.1:{self.port}"})


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] * 1000 if values else 0.0


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def start(binary, data):
    server = subprocess.Popen([binary, "--data-dir", data, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=open(data / "serve.log", "w"), text=True)
    for line in server.stdout:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            return server, int(found[1])
    raise SystemExit((data / "serve.log").read_text())


def alone(person, documents, times):
    """Each page again and again, one request at a time: p50, p95, bytes."""
    figures = {}
    for path in PAGES + OPERATOR:
        taken, size = [], 0
        for n in range(times):
            since = time.perf_counter()
            status, content = person.send("GET", path.format(d=10 + n % documents))
            taken.append(time.perf_counter() - since)
            size = max(size, len(content))
            assert status in (200, 303, 404) and (status != 404 or "preferences" in path), f"{path}: {status}"
        figures[path] = (share(taken, 0.5), share(taken, 0.95), size)
    return figures


def crowd(people, asking, seconds, documents, pid):
    """Some ask all the time; the others look at a page every few seconds."""
    until = time.monotonic() + seconds
    pages, answers, errors, memory, lock = [], [], [], [], threading.Lock()

    def look(person, rng):
        time.sleep(rng.uniform(0, 8))
        while time.monotonic() < until:
            path = rng.choice(PAGES).format(d=10 + rng.randrange(documents))
            since = time.perf_counter()
            try:
                status, _ = person.send("GET", path)
                with lock:
                    pages.append(time.perf_counter() - since)
                    if status >= 500 or status == 429:
                        errors.append(f"{path}: {status}")
            except Exception as error:  # whatever it is, it is counted
                with lock:
                    errors.append(f"{path}: {error!r}")
            time.sleep(rng.uniform(4, 12))

    def ask(person, rng):
        while time.monotonic() < until:
            since = time.perf_counter()
            try:
                status, content = person.ask(f"{rng.choice(WORDS)}の{rng.choice(WORDS)}はいくらですか")
                with lock:
                    answers.append(time.perf_counter() - since)
                    if status != 200:
                        errors.append(f"/api/ask: {status} {content[:80]!r}")
            except Exception as error:
                with lock:
                    errors.append(f"/api/ask: {error!r}")

    threads = [threading.Thread(target=ask if n < asking else look, args=(p, random.Random(n))) for n, p in enumerate(people)]
    for thread in threads:
        thread.start()
    while any(t.is_alive() for t in threads):
        memory.append(resident(pid))
        time.sleep(1)
    return pages, answers, errors, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kura", default=str(ROOT / "target/release/examples/scripted_desk"))
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--passages", type=int, default=100)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--asking", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--data", help="keep the library in this folder, and use the one that is there")
    parser.add_argument("--report", help="write the figures there as Markdown")
    given = parser.parse_args()
    data = pathlib.Path(given.data or tempfile.mkdtemp(prefix="kura-desk-"))
    server = None
    try:
        if not (data / "catalog.sqlite").exists():
            data.mkdir(exist_ok=True)
            prepare(given.kura, data)
            furnish(data, given.documents, given.passages)
            print(kura(given.kura, data, "reindex").strip(), flush=True)
        forget(data)
        one_time = json.loads(kura(given.kura, data, "user", "reset", "admin", "--json"))["password"]
        server, port = start(given.kura, data)
        admin = Person(port)
        admin.sign_in("admin", one_time)
        assert admin.post("/password", {"current": one_time, "new": PASSWORD, "again": PASSWORD})[0] == 303
        enlist(data, given.people)
        admin.sign_in("admin", PASSWORD)
        figures = alone(admin, given.documents, given.times)
        people = [Person(port) for _ in range(given.people)]
        for n, person in enumerate(people):
            person.sign_in(f"p{n}", PASSWORD)
        before = resident(server.pid)
        pages, answers, errors, memory = crowd(people, given.asking, given.seconds, given.documents, server.pid)
    finally:
        if server:
            server.terminate()
            server.wait(30)
        if not given.data:
            shutil.rmtree(data, ignore_errors=True)
    settled = memory[len(memory) // 4 :] or memory
    lines = [
        f"{given.documents * given.passages:,} passages in {given.documents:,} documents; each page {given.times} times, one request at a time, on loopback.",
        "",
        "| page | p50 ms | p95 ms | KB |",
        "|---|---|---|---|",
        *[f"| `{path}` | {p50:.1f} | {p95:.1f} | {size / 1024:.1f} |" for path, (p50, p95, size) in figures.items()],
        "",
        f"{given.people} people signed in, {given.asking} of them asking without a pause for {given.seconds} s, the others looking at a page every 4 to 12 s:",
        "",
        "| | |",
        "|---|---|",
        f"| pages | {len(pages):,}, p50 {share(pages, 0.5):.1f} ms, p95 {share(pages, 0.95):.1f} ms |",
        f"| answers | {len(answers):,}, p50 {share(answers, 0.5):.0f} ms, p95 {share(answers, 0.95):.0f} ms |",
        f"| errors | {len(errors)} |",
        f"| memory | {before:.0f} MB before, {settled[0]:.0f} MB after a quarter of the time, {settled[-1]:.0f} MB at the end, {max(memory):.0f} MB at most |",
    ]
    print("\n".join(lines))
    for error in errors[:10]:
        print("error:", error)
    if given.report:
        head = "# The desk under load\n\nMade by `tests/measure/desk_load.py` on the machine named in the commit.\n\n"
        pathlib.Path(given.report).write_text(head + "\n".join(lines) + "\n")
    raise SystemExit(1 if errors else 0)


if __name__ == "__main__":
    main()
