#include "os/line_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace baseline::line_reader_test {
namespace {

constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();

class TextFile {
 public:
  explicit TextFile(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    file_ = File(::open(path_.c_str(), O_RDONLY | O_CLOEXEC), path_);
  }
  const File& file() const { return file_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  TempDir dir_;
  std::filesystem::path path_ = dir_.path() / "log";
  File file_;
};

// "1@0:a 2@2:b": number, offset and text of each line.
std::string lines_of(const std::string& text, std::uint64_t from = 0,
                     std::uint64_t to = kToTheEnd) {
  const TextFile file(text);
  std::string out;
  read_lines(
      file.file(), from, to,
      [&](const Line& line) {
        out += fmt::format("{}@{}:{} ", line.number, line.offset, line.text);
        return true;
      },
      nullptr);
  return out;
}

TEST_CASE("lines come with their numbers and places", "[os][lines]") {
  CHECK(lines_of("") == "");
  CHECK(lines_of("a\nbc\r\n\nd") == "1@0:a 2@2:bc 3@6: 4@7:d ");
  CHECK(lines_of("a\nb\n") == "1@0:a 2@2:b ");
  CHECK(lines_of("a\nbcd\ne\n", 3) == "1@3:cd 2@6:e ");
  CHECK(lines_of("a\nbcd\ne\n", 2, 4) == "1@2:bc ");
  CHECK(lines_of("a\n", 5) == "");
  CHECK(lines_of(std::string("a\0b\xff\n", 5)) == std::string("1@0:a\0b\xff ", 9));
}

TEST_CASE("lines across the blocks of reading are whole", "[os][lines]") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += fmt::format("line {}\n", i);
  const TextFile file(text);
  int wrong = 0;
  const std::uint64_t count = read_lines(
      file.file(), 0, kToTheEnd,
      [&](const Line& line) {
        wrong += line.text == fmt::format("line {}", line.number - 1) ? 0 : 1;
        return true;
      },
      nullptr);
  CHECK(count == 100'000);
  CHECK(wrong == 0);
  CHECK(count_lines(file.file(), text.size(), nullptr) == 100'000);
  CHECK(count_lines(file.file(), 14, nullptr) == 2);
}

TEST_CASE("a long line comes in pieces that overlap, and nothing of it is lost", "[os][lines]") {
  std::string text = "first\n";
  std::string longest(1'000'000, 'x');
  for (std::size_t i = 0; i < longest.size(); i += 7) longest[i] = static_cast<char>('a' + i % 23);
  text += longest + "\nlast\n";
  const TextFile file(text);
  std::string put_together;
  std::size_t longest_piece = 0;
  std::size_t pieces = 0;
  std::string others;
  read_lines(
      file.file(), 0, kToTheEnd,
      [&](const Line& line) {
        longest_piece = std::max(longest_piece, line.text.size());
        if (line.number != 2) {
          others += fmt::format("{}:{} ", line.number, line.text);
          return true;
        }
        CHECK(line.offset == 6);
        const std::size_t overlap = pieces++ == 0 ? 0 : kPieceOverlap;
        put_together += line.text.substr(overlap);
        return true;
      },
      nullptr);
  CHECK(longest_piece == kLongestPiece);
  CHECK(pieces > 10);
  CHECK(put_together == longest);
  CHECK(others == "1:first 3:last ");
}

TEST_CASE("a file of any size is read in memory of one size", "[os][lines]") {
  const TextFile file("start\n");
  std::filesystem::resize_file(file.path(), std::uint64_t{200} << 20U);  // sparse: one line of NUL
  std::ofstream(file.path(), std::ios::app) << "\nend\n";
  std::size_t longest_piece = 0;
  int blocks = 0;
  std::string last;
  const std::uint64_t count = read_lines(
      file.file(), 0, kToTheEnd,
      [&](const Line& line) {
        longest_piece = std::max(longest_piece, line.text.size());
        last = line.text.substr(0, 10);
        return true;
      },
      [&] {
        ++blocks;
        return true;
      });
  CHECK(count == 3);
  CHECK(last == "end");
  CHECK(longest_piece == kLongestPiece);
  CHECK(blocks > 800);
}

TEST_CASE("reading ends when nobody wants more", "[os][lines]") {
  const TextFile file("a\nb\nc\n");
  const auto until = [](std::uint64_t number) {
    return [number](const Line& line) { return line.number < number; };
  };
  CHECK(read_lines(file.file(), 0, kToTheEnd, until(2), nullptr) == 2);
  CHECK(read_lines(file.file(), 0, kToTheEnd, until(9), [] { return false; }) == 0);
  CHECK_FALSE(count_lines(file.file(), 6, [] { return false; }).has_value());
}

}  // namespace
}  // namespace baseline::line_reader_test
