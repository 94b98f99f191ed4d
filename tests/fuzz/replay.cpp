// Runs a fuzz target on files, or on all files of directories, as libFuzzer does when it is given
// files; and on each of them bent in `--mutations N` ways, the same ones every time. It takes no
// time to search, and needs no special compiler.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

struct Seed {
  fs::path file;
  std::string bytes;
};

/// A number below `end`, which is not 0. Not by a distribution: each library has its own.
std::size_t below(std::size_t end, std::mt19937& random) { return random() % end; }

/// One to four changes: a bit, a byte, a piece taken out, doubled, or put in from another seed.
std::string bent(std::string text, const std::vector<Seed>& seeds, std::mt19937& random) {
  for (std::size_t changes = 1 + below(4, random); changes > 0; --changes) {
    const std::size_t at = below(text.size() + 1, random);
    const std::size_t length = std::min(1 + below(16, random), text.size() - at);
    const std::string& other = seeds[below(seeds.size(), random)].bytes;
    switch (below(5, random)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8, random)));
        break;
      case 1:
        text.insert(at, 1, static_cast<char>(below(256, random)));
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      default:
        if (other.empty()) break;
        text.insert(at, other.substr(below(other.size(), random), 1 + below(64, random)));
    }
  }
  return text;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  int mutations = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--mutations" && i + 1 < argc) {
      mutations = std::atoi(argv[++i]);
    } else if (fs::is_directory(argv[i])) {
      for (const fs::directory_entry& entry : fs::directory_iterator(argv[i])) {
        files.push_back(entry.path());
      }
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::ranges::sort(files);
  if (files.empty()) {
    std::fputs("there is nothing to replay\n", stderr);
    return 1;
  }
  std::vector<Seed> seeds;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.push_back({file, std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::mt19937 random(20261121);
  for (const Seed& seed : seeds) {
    // Said before it runs: when it crashes, this is the last line.
    std::printf("%s\n", seed.file.c_str());
    std::fflush(stdout);
    run(seed.bytes);
    for (int number = 1; number <= mutations; ++number) {
      std::printf("%s, mutation %d\n", seed.file.c_str(), number);
      std::fflush(stdout);
      run(bent(seed.bytes, seeds, random));
    }
  }
}
