#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/problem.hpp"

namespace baseline::yaml {

/// A place in an input file, both counted from 1; columns count characters, not bytes.
struct Place {
  int line = 1;
  int column = 1;

  friend bool operator<(const Place& a, const Place& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

/// With the place as its own.
Problem problem_at(std::string file, Place place, std::string message);

/// Collects what is wrong with one input file, so that a person sees all of it in one go.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Place place, const std::string& message);

  bool empty() const { return problems_.empty(); }
  std::size_t size() const { return problems_.size(); }
  const std::string& file() const { return file_; }

  /// By place, each once.
  std::vector<Problem> found() const;

 private:
  std::string file_;
  std::vector<Problem> problems_;
};

}  // namespace baseline::yaml
