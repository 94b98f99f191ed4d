#pragma once

#include <string>
#include <vector>

namespace baseline::yaml {

/// A place in an input file, both counted from 1; columns count characters, not bytes.
struct Place {
  int line = 1;
  int column = 1;

  friend bool operator<(const Place& a, const Place& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

/// Collects what is wrong with one input file, so that a person sees all of it in one go.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Place place, const std::string& message);
  /// A problem of another file that this one led to; a whole line, without a place of ours.
  void add_line(Place place, std::string line);

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  const std::string& file() const { return file_; }

  /// "FILE:LINE:COLUMN: error: MESSAGE" for each problem, by place.
  std::vector<std::string> lines() const;

 private:
  struct Entry {
    Place place;
    std::string line;
  };
  std::string file_;
  std::vector<Entry> entries_;
};

/// "FILE:LINE:COLUMN: SEVERITY: MESSAGE", fit for a terminal.
std::string located(const std::string& file, Place place, const char* severity,
                    const std::string& message);

}  // namespace baseline::yaml
