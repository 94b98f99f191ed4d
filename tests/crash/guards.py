"""The guards of the program: each line of it without which something could be lost, and what the
program would be without it. tests/crash/mutants.py takes them out one by one."""

from dataclasses import dataclass

ERROR = "src/base/error.hpp"
COMMANDS = "src/cli/commands.hpp"
RESERVE = "src/os/memory_reserve.cpp"
CATALOGUE = "src/catalogue/catalogue.cpp"
RECORD = "src/catalogue/record.cpp"
HISTORY = "src/catalogue/history.cpp"
FILES = "src/os/file_system.cpp"
APPEND_LINE = "src/os/append_line.cpp"
COPY = "src/os/copy.cpp"
EXPORT = "src/pipeline/export_backup.cpp"
REPLACE = "src/pipeline/replace.cpp"
FILING = "src/pipeline/filing.cpp"
JOURNAL = "src/store/journal.cpp"
CANDIDATE = "src/store/sqlite/swap/candidate.cpp"
HELD = "src/store/sqlite/swap/held_database.cpp"
IN_PLACE = "src/store/sqlite/swap/in_place_replacement.cpp"
SWAP = "src/store/sqlite/swap/swap_replacement.cpp"
SWAP_COMPANIONS = "src/store/sqlite/swap/swap_companions.cpp"
SWAP_FILING = "src/store/sqlite/swap/swap_filing.cpp"
SWAP_RECORD = "src/store/sqlite/swap/swap_record.cpp"
EXCLUSIVE = "src/store/sqlite/swap/exclusive.cpp"
FREEZE = "src/store/sqlite/swap/freeze.cpp"
OWN = "src/store/sqlite/swap/own_companions.cpp"
SIGHT = "src/store/sqlite/swap/companion_sight.cpp"
STORE = "src/store/sqlite/sqlite_store.cpp"
BROUGHT_IN = "src/catalogue/brought_in.cpp"
SYSTEM_CALLS = "src/store/sqlite/db/system_calls.cpp"
SQL_GUARD = "src/store/sqlite/db/guard.cpp"
CONFIGURATION = "src/store/sqlite/db/configuration.cpp"
CLONE = "src/store/sqlite/schema/schema_clone.cpp"
SIGNALS = "src/os/signals.cpp"
RUN_LOCK = "src/store/sqlite/swap/run_lock.cpp"
PAST_RUNS = "src/catalogue/past_runs.cpp"
ROLLBACK_SOURCE = "src/pipeline/rollback_source.cpp"
FAILED_DEPLOY = "src/pipeline/failed_deploy.cpp"
IDENTITY = "src/pipeline/identity.cpp"


@dataclass
class Guard:
    name: str
    file: str
    text: str  # stands in the file once
    instead: str
    # What is run first: "model SCENARIO", "kills", "faults" (of these a sample, or "all faults …"),
    # "unit FILTER", "cli NAME".
    found_by: str
    kept_because: str = ""  # why it stays although nothing can find that it is gone


def _sync(name, file, before, call, found_by, after="", kept_because=""):
    """A sync that is left out; the text around it tells which one."""
    return Guard(f"fsync: {name}", file, before + call + after, before + after, found_by,
                 kept_because)


_SAME_NAME = ("what follows takes away one of the two names that were exchanged, and changes of one name "
              "come to the disk in their order, in the model as on ext4, xfs and btrfs; POSIX does "
              "not promise it")

GUARDS = [
    _sync("journal, under its temporary name (D3)", JOURNAL, "checked_line(record), 0);\n",
          "  files_.sync(file);\n", "model deploy, move"),
    _sync("journal, each further record (D10)", JOURNAL, "checked_line(record), end);\n",
          "  files_.sync(file);\n", "model deploy, move"),
    _sync("directory, after the journal is made (D3)", SWAP, "candidate_.make();\n",
          "  files_.sync_directory(target_.directory);\n", "model deploy, move"),
    _sync("candidate (D9)", CANDIDATE, "attributes_for(file));\n",
          "  files_.sync(file);\n", "model deploy, move"),
    _sync("directory, after the exchange (D11)", SWAP, "  try {\n",
          "    files_.sync_directory(target_.directory);\n", "model first install",
          after="  } catch (const std::exception& error) {\n    // What is on the disk now"),
    _sync("directory, after the exchange back", SWAP, 'waiting");\n  }\n',
          "  files_.sync_directory(target_.directory);\n", "model whose after checks fail",
          kept_because=_SAME_NAME),
    _sync("directory, after the candidate is removed", SWAP,
          "files_.unlink(target_.directory, candidate_.name());\n  }\n",
          "  files_.sync_directory(target_.directory);\n", "model checks fail",
          after="  names_changed_ = false;"),
    Guard("fsync: directory, before the journal goes (D15)", SWAP,
          "  if (names_changed_) files_.sync_directory(target_.directory);\n", "",
          "model deploy, copy"),
    Guard("fsync: candidate, whose owner or mode has changed since", SWAP,
          "if (give_attributes(files_, *candidate, attributes_of(old_->file()))) "
          "files_.sync(*candidate);",
          "give_attributes(files_, *candidate, attributes_of(old_->file()));",
          "model deploy, move",
          "no scenario changes the owner or the mode between the building and the swap; without it "
          "a power cut could leave the live file with the mode it had a moment before"),
    _sync("parent, after the backups directory is made", CATALOGUE,
          "files_.make_directory(parent, name, kPrivateDirectory);\n",
          "  files_.sync_directory(parent);\n", "model deploy, copy"),
    _sync("manifest.json and SHA256SUMS", CATALOGUE, "files_.write(file, text, 0);\n",
          "  files_.sync(file);\n", "model deploy, copy"),
    _sync("unfinished entry, before its final name", CATALOGUE,
          "checksums(entry, manifest, text), kReadOnly);\n", "  files_.sync_directory(entry);\n",
          "model deploy, copy"),
    _sync("catalogue, after the final name", CATALOGUE,
          "catalogue, manifest.id);\n", "  files_.sync_directory(catalogue);\n",
          "model deploy, copy"),
    _sync("catalogue, before an entry is emptied (prune)", CATALOGUE,
          "files_.rename_new(catalogue, entry.id, catalogue, names::partial(run));\n",
          "  files_.sync_directory(catalogue);\n", "model prune"),
    _sync("the manifest that says `restored`", CATALOGUE,
          "files_.rename(directory, temporary, directory, manifest);\n",
          "    files_.sync_directory(directory);\n", "model rollback --move"),
    _sync("entry, after its data went live (rollback --move)", CATALOGUE,
          "files_.unlink(directory, std::string(names::kChecksums));\n",
          "  files_.sync_directory(directory);\n", "model rollback --move"),
    _sync("history line", APPEND_LINE, "files.write(file, text, size);\n",
          "  files.sync(file);\n", "model deploy, move"),
    _sync("catalogue, when the history is new", HISTORY, "to_json(line));\n",
          "  if (is_new) files.sync_directory(catalogue);\n",
          "model deploy, move"),
    # The same line syncs the second copy (--also), and the copy that a deploy in place makes.
    _sync("copy of the old database (D8)", COPY, "copy_file(files, source, target, on_progress);\n",
          "    files.sync(target);\n", "model deploy, copy"),
    _sync("copy of a large old database (D8)", COPY, "on_progress(total, total);\n  });\n",
          "  files.sync(target);\n", "unit [copy]",
          kept_because="the databases of the scenarios are small, and a large copy is read back from "
          "the disk while it is made; but what was read back need not be what stays"),
    _sync("old file that becomes the backup (D13)", SWAP_FILING, "files_.set_mode(file, kSealedFile);\n",
          "  files_.sync(file);\n", "model never synced"),
    _sync("backup that an interrupted run has moved", SWAP_FILING,
          "files_.set_mode(*there, kSealedFile);\n", "    files_.sync(*there);\n",
          "model recovery that finishes",
          kept_because="no scenario cuts a run off between the move and its sync, and the power in "
          "its recovery, over a file that the application has not synced"),
    _sync("directory, after SQLite has removed a -wal (D6)", EXCLUSIVE, "could be back, beside the "
          "new database.\n", "  if (had_companions) files.sync_directory(target.directory);\n",
          "model WAL"),
    Guard("fsync: directory, after the log was brought in", FREEZE,
          "  if (!target.directory.contains(wal)) files.sync_directory(target.directory);\n", "",
          "model WAL"),
    _sync("directory, after a dead journal is removed", EXCLUSIVE,
          "files.unlink(target.directory, name);\n",
          "    files.sync_directory(target.directory);\n", "model hot journal",
          kept_because="a journal that is dead is dead when it comes back, too; but it would lie "
          "beside the new database"),
    _sync("companion of an unreadable database, set aside", SWAP_COMPANIONS,
          "files_.set_mode(target, kSealedFile);\n",
          "    files_.sync(target);\n", "model unreadable"),
    _sync("the entry with the companions", SWAP_COMPANIONS, "if (found.empty()) return found;\n",
          "  files_.sync_directory(entry);\n", "model unreadable"),
    _sync("the name of the entry with the companions", SWAP_COMPANIONS,
          "before the only other copy goes.\n",
          "  files_.sync_directory(Directory::open(entry.path().parent_path()));\n",
          "model unreadable"),
    _sync("directory, after the companions were removed", SWAP_COMPANIONS,
          "files_.unlink(target_.directory, name);\n",
          "  files_.sync_directory(target_.directory);\n", "model unreadable",
          after="  return found;"),
    _sync("companion that is put back", SWAP_COMPANIONS,
          "live->st_mode & kPermissionBits);\n    }\n",
          "    files_.sync(back);\n", "model unreadable database, whose"),
    _sync("exported file", EXPORT, "", "    files_.sync(made.file());\n", "unit [export]"),

    Guard("no replacing: first install (D11)", SWAP,
          "files_.rename_new(target_.directory, candidate_.name(), target_.directory, "
          "target_.name);",
          "files_.rename(target_.directory, candidate_.name(), target_.directory, target_.name);",
          "unit [race]"),
    Guard("no replacing: the old file moves into the entry", SWAP_FILING,
          "files_.rename_new(target_.directory, candidate_.name(), entry, target_.name);",
          "files_.rename(target_.directory, candidate_.name(), entry, target_.name);", "kills",
          "the entry is private, made by this run and looked at a moment before"),
    Guard("no replacing: the final name of an entry", CATALOGUE,
          "files_.rename_new(catalogue, names::partial(key), catalogue, manifest.id);",
          "files_.rename(catalogue, names::partial(key), catalogue, manifest.id);",
          "unit [catalogue]",
          "a directory that is not empty is never replaced by rename(2); an entry never is empty"),
    Guard("no replacing: RENAME_NOREPLACE itself", FILES,
          "move(from_directory, from, to_directory, to, RENAME_NOREPLACE);",
          "move(from_directory, from, to_directory, to, 0);", "unit [race]"),
    Guard("no replacing: O_EXCL", FILES, "O_CREAT | O_EXCL, mode, \"create\"",
          "O_CREAT, mode, \"create\"", "unit [race]"),
    Guard("no replacing: a companion that is put back", SWAP_COMPANIONS,
          "files_.rename_new(target_.directory, temporary, target_.directory, name);",
          "files_.rename(target_.directory, temporary, target_.directory, name);", "kills",
          "looked for just before; it keeps out what somebody makes in between"),
    Guard("atomic: exchange as two renames", SWAP,
          "    files_.exchange(target_.directory, candidate_.name(), target_.name);\n  } else {\n"
          "    files_.rename_new(target_.directory, candidate_.name(),",
          "    files_.rename(target_.directory, target_.name, target_.directory, \"aside\");\n"
          "    files_.rename(target_.directory, candidate_.name(), target_.directory, "
          "target_.name);\n"
          "    files_.rename(target_.directory, \"aside\", target_.directory, candidate_.name());\n"
          "  } else {\n"
          "    files_.rename_new(target_.directory, candidate_.name(),", "kills deploy, move"),

    Guard("lease: asked just before the exchange", SWAP,
          "  refresh_attributes();\n  require_alone();\n", "  refresh_attributes();\n",
          "cli test_holders", "asked again just after; it only spares the exchange and back"),
    Guard("lease: asked just after the exchange", SWAP, "    alone = is_alone();\n",
          "    alone = true;\n", "unit [race]"),
    Guard("lease: asked after the checks", REPLACE,
          "const bool alone = replacement.old_is_untouched();", "const bool alone = true;",
          "unit [race]"),
    Guard("lease: asked after the old file was hashed", SWAP_FILING,
          "    if (proof->intact() && is_named(name, inode)) {", "    if (is_named(name, inode)) {",
          "unit [race]"),
    Guard("lease: asked while the old file is copied", SWAP_FILING,
          f"{' ' * 32}require_alone();\n", "", "cli test_holders",
          "asked again after the copy; it only ends a long copy early"),
    Guard("lease: that it was granted", EXCLUSIVE,
          "    if (take(held->lease, held->file, target) == Lease::Outcome::in_use) continue;\n",
          "    take(held->lease, held->file, target);\n", "cli test_holders",
          "a lease that was not granted is not intact, and that is asked before the exchange"),
    Guard("lease: the same file as when it was frozen", EXCLUSIVE,
          "    if (!before || changed(*before, held->file.status())) continue;\n", "",
          "cli test_holders",
          "who came and went in between has finished; if he was killed, what he left beside the file "
          "is found. It spares a backup whose rows are not those that were counted"),
    Guard("lease: before the candidate is built", EXCLUSIVE,
          "    if (take(lease, file, target) == Lease::Outcome::granted) return;\n", "    return;\n",
          "cli test_holders",
          "asked again when the database is frozen; it spares building and checking the new one"),
    Guard("lock: one run at a time", RUN_LOCK,
          "if (::fcntl(file_.fd(), F_OFD_SETLK, &lock) != 0) return false;",
          "::fcntl(file_.fd(), F_OFD_SETLK, &lock);", "cli test_waiting"),
    Guard("the look after the exchange fails: swaps back", SWAP,
          "  } catch (...) {\n    unknown = std::current_exception();\n  }\n",
          "  } catch (...) {\n    throw;\n  }\n", "memory deploy, move"),

    Guard("hash: of the backup that goes back", CANDIDATE,
          "    if (sha256 == payload.sha256) return;\n", "    if (!sha256.empty()) return;\n",
          "cli test_rollback"),
    Guard("hash: the copy reads back as it was written", COPY,
          "st_size != size || back != read) {", "st_size != size || back.empty()) {",
          "unit [copy]"),
    Guard("hash: what users wrote to the failed database", CANDIDATE,
          "         hash_file(*file, nullptr) == built.new_sha256;\n",
          "         !hash_file(*file, nullptr).empty();\n", "unit *crash at any step*"),
    Guard("hash: which file is the new one, on a copied volume", SWAP_RECORD,
          "return hash_file(*file, nullptr) == swap.new_sha256;", "return true;",
          "unit [crash]"),
    Guard("hash: each line of the journal", "src/os/checked_line.cpp",
          "  if (line.substr(0, kChecksumLength) != checksum(record)) return {};\n", "",
          "model deploy, move"),
    Guard("size: of the backup that goes back", CANDIDATE,
          "  if (static_cast<std::uint64_t>(status.st_size) != payload.size) {\n",
          "  if (status.st_size < 0) {\n", "cli test_rollback",
          "the hash finds it as well; the size says so before anything is read"),

    Guard("companions: none beside at the exchange", SWAP,
          "  return (!old_ || old_->intact()) && companions(target_).empty();\n",
          "  return !old_ || old_->intact();\n", "unit [race]"),
    Guard("companions: none left by the freeze", EXCLUSIVE,
          "    if (is_whole && !clear_companions(files, target)) continue;\n", "",
          "cli test_deploy"),
    Guard("companions: of a database that is missing", SWAP,
          "  if (!old_ && !companions(target_).empty()) {", "  if (false) {", "cli test_deploy"),
    Guard("companions: of an unreadable database are set aside", REPLACE,
          "  if (report.old.exists && steps.as_found) {", "  if (false) {",
          "kills unreadable"),
    Guard("companions: are put back by the recovery", SWAP,
          "  if (entry) restore_companions(*entry, target_.name);\n", "", "kills unreadable"),

    Guard("foreign: a -wal beside a file that is not in WAL mode", OWN,
          "  if (!sight.wal.empty() && header->write_version == 1 && header->read_version == 1) {",
          "  if (false) {", "cli test_companions"),
    Guard("foreign: a -wal with another page size", OWN,
          "  if (pages.page_size != 0 && pages.page_size != header.page_size) {", "  if (false) {",
          "cli test_companions"),
    Guard("foreign: a -wal in another encoding", OWN,
          "    if (first->encoding != header.encoding && first->encoding != 0 && header.encoding != 0)"
          " {", "    if (false) {", "cli test_companions"),
    Guard("foreign: a -wal with an older schema", OWN,
          "    if (first->schema_cookie < header.schema_cookie) {", "    if (false) {",
          "cli test_companions"),
    Guard("foreign: a -wal with other tables", OWN, "  require_same_tables(target, name);\n", "",
          "cli test_companions"),
    Guard("foreign: a -journal of another moment", OWN,
          "  if (header.change_counter - began_at > 1) {", "  if (false) {",
          "cli test_companions"),
    Guard("foreign: beside an empty file", OWN,
          "  if (sight.database.empty()) require_nothing_beside_empty(target, sight);\n", "",
          "cli test_companions"),
    Guard("foreign: a super-journal elsewhere", OWN,
          "  require_super_journal_here(target, name, journal.super_journal);\n", "",
          "cli test_companions"),
    Guard("foreign: no regular file", SIGHT,
          "  if (S_ISREG(status->st_mode)) return status->st_size > 0;\n",
          "  if (status->st_mode != 0) return status->st_size > 0;\n", "cli test_companions"),
    Guard("foreign: a verdict on what has changed meanwhile is none", OWN,
          "      if (now == before) throw;\n", "      throw;\n", "unit [companions]"),
    Guard("kept: before the freeze", FREEZE,
          "  if (!status) return {};\n  keep_what_is_replaced(target);\n",
          "  if (!status) return {};\n", "cli test_companions"),
    Guard("kept: before the log is brought in", FREEZE,
          "!has_database_header(target)) return;\n  keep_what_is_replaced(target);\n",
          "!has_database_header(target)) return;\n", "cli test_companions"),
    Guard("kept: before the live database is copied", STORE,
          "  keep_what_is_replaced(target_);\n", "", "cli test_companions"),
    Guard("kept: nothing that is in the file already", OWN, "    if (!replaced.any) continue;\n", "",
          "cli test_companions"),
    _sync("each file that is kept", BROUGHT_IN, "at += bytes.size();\n  });\n",
          "  files.sync(file);\n", "model WAL",
          kept_because="what it would be needed for is no crash of a scenario"),
    Guard("leftovers: an empty -wal, a -shm without one", FREEZE,
          "    return !has_log;\n", "    return false;\n", "cli test_companions"),

    Guard("journal: says that the checks had failed", SWAP,
          "  journal_.append(record_of_reverting());\n", "", "kills checks fail"),
    Guard("journal: the inodes of a copied volume", SWAP,
          "  built_ = *announced_;\n  journal_.append(record_of_swap(built_));\n",
          "  built_ = *announced_;\n", "doubles copied"),
    Guard("journal: announces the exchange (D10)", SWAP,
          "std::nullopt;\n  journal_.append(record_of_swap(built_));\n", "std::nullopt;\n",
          "kills deploy, move"),
    Guard("journal: goes last", SWAP, "  old_.reset();\n  journal_.remove();", "  old_.reset();",
          "kills deploy, move"),
    Guard("filing: a damaged copy does not let the old database go", FILING,
          "    if (!filed->damage.empty()) {\n", "    if (false) {\n", "unit recovery does not*"),
    Guard("filing: a second name of the moved file is no other file", SWAP_FILING,
          "  if (there && (!beside || beside->st_ino == there->status().st_ino)) {",
          "  if (there && !beside) {", "unit [second-name]",
          "without it the file is copied into the entry, from where it lies beside it: as safe, but slow"),

    _sync("in place: directory, after the journal is made (D3)", IN_PLACE, "candidate_.make();\n",
          "  files_.sync_directory(target_.directory);\n", "model deploy in place"),
    _sync("in place: directory, after SQLite has removed a -wal", HELD,
          "files.unlink(target_.directory, name);\n  }\n",
          "  files.sync_directory(target_.directory);\n", "model in place over a crashed WAL",
          kept_because="SQLite syncs the directory as well, when it has made its journal and before it "
          "writes a page; that is SQLite's choice, not a promise"),
    Guard("in place: a -wal that SQLite could not remove", HELD,
          "    if (target_.directory.contains(name)) files.unlink(target_.directory, name);\n", "",
          "all faults in place over a crashed WAL"),
    Guard("in place: a commit whose sync failed keeps the copy", IN_PLACE,
          "    if (holds_cookie(live_->file(), cookie)) throw;\n", "    throw;\n",
          "faults in place over a crashed WAL"),
    Guard("an exception that nobody expected is handled as any other", ERROR,
          "  } catch (const std::exception& surprise) {\n    throw_surprise(surprise);\n  }",
          "  } catch (const Error&) {\n    throw;\n  }", "memory deploy, move"),
    Guard("the exit code is that of what was done, also where it cannot be told", COMMANDS,
          "    return true;\n  } catch (const std::exception& error) {",
          "    return true;\n  } catch (const Error& error) {",
          "memory deploy, move"),
    Guard("memory: some is kept for the way back", RESERVE,
          "if (memory_ != nullptr) ::munmap(std::exchange(memory_, nullptr), kReserved);",
          "std::exchange(memory_, nullptr);", "all memory deploy whose after checks fail"),
    Guard("how it is replaced is decided under the lock", REPLACE,
          "  report.exchange = context.store.plan_exchange();\n  return context.store.hold",
          "  return context.store.hold", "cli test_faults"),
    Guard("inode: the old database has lost its name", SWAP_FILING,
          "  save_displaced_old();\n  return file_into(", "  return file_into(", "cli test_faults"),
    Guard("inode: only what the run knows is exchanged back", SWAP,
          "      require_known_names();\n", "", "cli test_faults"),
    Guard("inode: what has the name of the old database is filed", SWAP_FILING,
          "  if (!is_named(name, inode)) throw disappeared();\n", "", "cli test_faults"),
    Guard("fsync: in place: SQLite's own", HELD,
          "    database_.exec(\"PRAGMA synchronous = FULL\");\n", "", "model deploy in place",
          "it is SQLite's default, unless it was compiled with another one"),
    _sync("in place: what users wrote to the failed database", IN_PLACE,
          "copy_file(files_, live_->file(), copy, nullptr);\n", "  files_.sync(copy);\n",
          "model in place", kept_because="no scenario has users write to the failed database and "
          "the power cut after that"),
    _sync("in place: directory, after the candidate is removed", IN_PLACE,
          "files_.unlink(target_.directory, candidate_.name());\n",
          "  files_.sync_directory(target_.directory);\n", "model in place",
          after="  names_changed_ = false;"),
    Guard("fsync: in place: directory, before the journal goes (D15)", IN_PLACE,
          "  if (names_changed_) files_.sync_directory(target_.directory);\n", "",
          "model deploy in place"),
    Guard("in place: nobody has it open", HELD,
          "    require_nobody(target, deadline);\n    File file", "    File file",
          "unit [race]"),
    Guard("in place: the copy is made before the new content goes in", REPLACE,
          "  if (report.old.exists && steps.intent.strategy == BackupStrategy::copy) {\n",
          "  if (false) {\n", "kills deploy in place"),
    Guard("in place: the swap demands the copy", IN_PLACE,
          "  if (intent_.strategy != BackupStrategy::copy) {\n", "  if (false) {\n",
          "cli test_in_place",
          "`--backup move` is refused before anything is begun; this keeps the code that decides "
          "it honest"),
    Guard("in place: leaves WAL mode before the transaction", IN_PLACE,
          "      live_->leave_wal_mode(files_);\n      live_->replace_by(source);",
          "      live_->replace_by(source);", "kills in place over a crashed WAL"),
    Guard("in place: it has left WAL mode when the file says so", HELD,
          "    SQLite::Statement mode(database_, \"PRAGMA journal_mode = DELETE\");\n"
          "    while (mode.executeStep()) {\n    }\n"
          "    if (is_in_wal_mode(file_)) throw",
          "    const auto mode =\n"
          "        database_.execAndGet(\"PRAGMA journal_mode = DELETE\").getString();\n"
          "    if (mode != \"delete\") throw", "faults in place over a crashed WAL"),
    Guard("in place: the transaction is committed only when SQLite says so", HELD,
          "    if (code != SQLITE_DONE) throw SQLite::Exception(sqlite3_errstr(code), code);\n", "",
          "faults deploy in place",
          "what ends the copying tells its error again; all but a lock, and the lock is ours"),
    Guard("journal, in place: the record before the transaction", IN_PLACE,
          "  journal_.append(record_of_step(step));\n  step_ = step;\n  take_content(",
          "  step_ = step;\n  take_content(", "kills in place"),
    Guard("journal, in place: the record before the old content goes back", IN_PLACE,
          "      journal_.append(record_of_step(step));\n", "", "unit [in-place]"),
    Guard("journal, in place: what only the content could tell", IN_PLACE,
          "  record_the_verdict();\n", "", "unit [crash]"),
    Guard("journal, in place: condemned", IN_PLACE,
          "  step.phase = InPlacePhase::condemned;\n  journal_.append(record_of_step(step));\n",
          "  step.phase = InPlacePhase::condemned;\n", "cli test_in_place"),
    Guard("in place: the schema cookie tells that nothing was committed", SWAP_RECORD,
          "return has_hot_journal(target) || schema_cookie_of(live) == step.schema_cookie;",
          "return has_hot_journal(target);", "kills in place"),
    Guard("in place: the schema cookie of the new content", SWAP_RECORD,
          "  if (schema_cookie_of(live) != step.schema_cookie + 1) return false;\n", "",
          "unit [in-place]",
          "the digest of the schema is asked as well; it keeps out an old database that was given "
          "the new schema by more than one statement"),
    Guard("in place: the hot journal of a cut transaction is brought in", IN_PLACE,
          "  bring_in_hot_journal();\n  interruption_", "  interruption_", "kills in place"),
    Guard("in place: what users wrote to the failed database is kept", IN_PLACE,
          "    keep_what_was_written();\n", "", "unit [in-place]"),
    Guard("rollback: what was put back is not put back again", ROLLBACK_SOURCE,
          "    if (!again) return already_live(*last, context, report);\n", "",
          "cli test_histories"),
    Guard("rollback: a named backup that was put back is not put back again", ROLLBACK_SOURCE,
          "  if (last == nullptr || last->kind != RunKind::rollback) return false;\n",
          "  return false;\n", "cli test_histories"),
    Guard("rollback: after a deploy that replaced nothing", ROLLBACK_SOURCE,
          "  if (!last->replaced) {\n", "  if (false) {\n", "cli test_histories"),
    Guard("rollback: a deploy that failed before the swap is noted", FAILED_DEPLOY,
          "  append_history(context.files, context.catalogue.open(), line);\n", "",
          "cli test_histories"),
    Guard("rollback: a backup whose line was lost counts", PAST_RUNS,
          "  if (is_newer) lines_.push_back(line_of_backup(manifest));\n", "", "unit [history]"),
    Guard("rollback: another application's backup", IDENTITY,
          "  if (found.empty() || expected.empty() || share_one(found, expected) ||\n", "  if (true ||\n",
          "cli test_identity"),
    Guard("deploy: not twice, by the history", IDENTITY, "  if (same) {\n", "  if (false) {\n",
          "cli test_histories"),
    Guard("deploy: not twice, by the stamp", IDENTITY,
          "  if (stamp && live.revision == stamp) {\n", "  if (false) {\n", "cli test_histories"),
    Guard("deploy: not twice, by the tables", IDENTITY,
          "  if (tables.empty() || !has_all_of(tables, reference.schema(), live.schema)) return {};\n",
          "  return {};\n", "cli test_histories"),
    Guard("deploy: the database that was meant", IDENTITY,
          "  if (found.empty() || share_one(found, expected) || "
          "has_named_revision(replaces, live.revision) ||\n", "  if (true ||\n", "cli test_identity"),
    Guard("at the baseline: numbers and records", "src/store/schema.cpp",
          "  compare_marks(reference, actual, ignore, out);\n", "", "cli test_identity"),
    Guard("manifest: tells what is sealed", REPLACE,
          "  if (replacement.old_was_written_since(report.old)) "
          "steps.draft = DraftContent::outdated;\n", "", "cli test_identity"),
    Guard("catalogue: ids do not begin again", CATALOGUE,
          "  if (number == std::numeric_limits<std::uint64_t>::max()) {\n", "  if (false) {\n",
          "cli test_identity"),
    Guard("SQLite: regular files only", SYSTEM_CALLS,
          "    if (!S_ISREG(status.st_mode)) return close_with(fd, S_ISDIR(status.st_mode) ? EISDIR : "
          "ENXIO);\n", "", "unit [system calls]"),
    Guard("SQLite: does not wait at a FIFO", SYSTEM_CALLS, "O_NONBLOCK | ", "",
          "unit [system calls]"),
    Guard("SQLite: waits for the window of another run", SYSTEM_CALLS,
          "    if (fd < 0 && errno == EWOULDBLOCK) {\n", "    if (false) {\n", "unit [system calls]"),
    Guard("SQLite: removes what is its own", SYSTEM_CALLS,
          "    if (!may_be_removed(path)) {\n", "    if (false) {\n", "unit [system calls]"),
    Guard("SQLite: the directory that the run holds", "src/store/sqlite/swap/target.cpp",
          "  HeldDirectory held(directory);\n", "  HeldDirectory held;\n", "unit [system calls]"),
    Guard("companions: the name of a super-journal", OWN,
          "  if (!names::is_super_journal(super_journal)) {\n", "  if (false) {\n",
          "cli test_companions"),
    Guard("SQL of others: functions that are allowed", SQL_GUARD,
          "    if (!is_allowed_function(function)) {\n", "    if (false) {\n", "unit [functions]"),
    Guard("SQL of others: no tokenizer by its address", CONFIGURATION,
          "  take_tokenizers_away(database);\n", "", "unit [functions]"),
    Guard("SQL of others: one definition of the schema, one statement", CLONE,
          "      SQLite::Statement(target, objects.getColumn(3).getString()).executeStep();\n",
          "      target.exec(objects.getColumn(3).getString());\n", "unit [functions]"),
    Guard("signals: an end when nothing reacts", SIGNALS, "  ::alarm(kSecondsToReact);\n}\n", "}\n",
          "unit [signals]"),
    Guard("signals: no sudden end in the window", REPLACE,
          "  const SuddenEnd none(false);  // what a signal undoes is undone to the end\n", "",
          "unit [signals]"),
    Guard("signals: no sudden end once the new database is live", SIGNALS, "never_sudden = 1;", "",
          "unit [signals]"),
    Guard("signals: no sudden end while a run is undone", SIGNALS, "  has_reacted = 1;\n", "",
          "unit [signals]"),
]
