// The journal of an interrupted run, as it may be found. Whatever it is,
//   - it needs a person, or is read;
//   - a record that is added to it is read after those that were read before;
//   - the intent, written again, is the same.
#include "store/journal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "demand.hpp"
#include "os/checked_line.hpp"
#include "store/sqlite/swap/swap_record.hpp"

namespace {

using namespace baseline;
namespace fs = std::filesystem;

// In memory where that is possible; the process has it alone.
const fs::path& place() {
  static const fs::path directory = [] {
    const fs::path memory = "/dev/shm";
    const fs::path parent = fs::exists(memory) ? memory : fs::temp_directory_path();
    fs::path made = parent / ("baseline-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    std::atexit([] { fs::remove_all(place()); });
    return made;
  }();
  return directory;
}

void read_and_extend(const std::string& text) {
  std::ofstream(place() / "journal", std::ios::binary) << text;
  const Directory directory = Directory::open(place());
  Journal journal(real_file_system(), directory, "journal", "journal.new");
  std::vector<std::string> records;
  try {
    records = journal.read();
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::needs_person, "a journal that cannot be read needs a person");
    return;
  }
  journal.append("one more");
  records.emplace_back("one more");
  demand(journal.read() == records, "what is added is read after the rest");
}

void understand(const std::vector<std::string>& records) {
  try {
    const sqlite::JournalState state = sqlite::parse_journal(records, "journal");
    const std::string written = sqlite::record_of_intent(state.intent, state.exchange);
    const sqlite::JournalState again = sqlite::parse_journal({written}, "journal");
    demand(sqlite::record_of_intent(again.intent, again.exchange) == written,
           "the intent is the same again");
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::needs_person, "what is no journal of ours needs a person");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read_and_extend(text);
  // With the sums that a fuzzer does not find: what a journal says is to be understood, too.
  std::vector<std::string> records;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    const auto record = unchecked_line(line);
    records.push_back(record ? *record : line);
    start = end + 1;
  }
  understand(records);
  return 0;
}
