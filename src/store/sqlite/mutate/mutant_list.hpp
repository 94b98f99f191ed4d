#pragma once

#include <string>
#include <vector>

#include "store/mutant.hpp"
#include "store/sqlite/sql/script.hpp"

namespace baseline::sqlite {

/// What is bent, and what that does to users.
struct Subject {
  MutantKind kind = MutantKind::table;
  MutantEffect effect = MutantEffect::content;
  std::string element;  ///< as Mutant::element

  Subject with(MutantEffect other) const { return {kind, other, element}; }
};

/// The mutants of a script while they are made.
class MutantList {
 public:
  /// `script` must outlive the list.
  explicit MutantList(const Script& script) : script_(script) {}

  const Script& script() const { return script_; }

  /// Takes the tokens away.
  void drop(const Subject& subject, Span what, std::string change = "dropped");
  /// As above, with what stands around it; `what` is what is missed.
  void drop_with(const Subject& subject, Span around, Span what, std::string change);
  /// Takes one of a list away, with a comma beside it if it has one.
  void drop_part(const Subject& subject, Span what, std::string change = "dropped");
  void replace(const Subject& subject, Span what, const std::string& by, std::string change);
  /// As above, with "OLD becomes NEW" for the change; `by` is what people read, too.
  void replace(const Subject& subject, Span what, const std::string& by);
  /// Puts text behind a token.
  void insert(const Subject& subject, std::size_t behind, const std::string& text,
              std::string change);

  /// Exchanges two parts of the script; `first` stands before `second`.
  void swap(const Subject& subject, Span first, Span second, std::string change);
  /// Gives a name of the statement another one, wherever the statement says it.
  void rename(const Subject& subject, std::size_t name_at, Span statement);

  /// All of them, by their place in the script.
  std::vector<Mutant> take();

 private:
  void add(const Subject& subject, std::size_t place, std::size_t begin, std::size_t end,
           const std::string& by, std::string change);

  const Script& script_;
  std::vector<Mutant> mutants_;
};

/// A piece of SQL on one line, shortened for people.
std::string shown(const Script& script, Span span);

}  // namespace baseline::sqlite
