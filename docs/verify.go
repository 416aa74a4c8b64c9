// Verifies an event, and the log that it stands in, with Go's own golang.org/x/mod/sumdb and nothing of
// Cairn's: what the site serves is all that it reads.
//
//	apt install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go URL KEY RECORD SEQ [KEPT]
//
// URL is where the registry is, KEY its log's verifier key, RECORD and SEQ name the event. KEPT is a
// checkpoint (URL/ledger/checkpoint) that was kept earlier: the log must have grown from it.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		log.Fatal("REFUSED. ", err)
	}
}

// site is where the registry is; it reads C2SP's tiles, whose paths leave out the height.
type site string

func (s site) get(path string) []byte {
	answer, err := http.Get(string(s) + path)
	if err != nil {
		log.Fatal("NOT CHECKED. ", err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		log.Fatalf("NOT CHECKED. %s%s answers %s", s, path, answer.Status)
	}
	return data
}

func (s site) Height() int                     { return 8 }
func (s site) SaveTiles([]tlog.Tile, [][]byte) {}
func (s site) ReadTiles(tiles []tlog.Tile) (read [][]byte, err error) {
	for _, one := range tiles {
		read = append(read, s.get("/ledger/"+strings.Replace(one.Path(), "tile/8/", "tile/", 1)))
	}
	return read, nil
}

// tree is what a signed checkpoint says, once its signature holds.
func tree(checkpoint []byte, key note.Verifier) tlog.Tree {
	opened, err := note.Open(checkpoint, note.VerifierList(key))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != key.Name() {
		log.Fatalf("REFUSED. The log is called %s", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// isOf refuses a leaf that is of another event than the one that was asked for.
func isOf(leaf []byte, record, seq string) {
	var said struct {
		Record struct{ ID string }
		Event  struct{ Seq int64 }
	}
	must(json.Unmarshal(leaf, &said))
	if said.Record.ID != record || strconv.FormatInt(said.Event.Seq, 10) != seq {
		log.Fatalf("REFUSED. The leaf is of event %d of the record %s", said.Event.Seq, said.Record.ID)
	}
}

// grown says whether the log of the first tree is the beginning of the second, by the tiles alone.
func grown(s site, from, to tlog.Tree) {
	if from.N > to.N {
		log.Fatalf("REFUSED. The log went back from %d to %d", from.N, to.N)
	}
	if from.N < to.N {
		proof, err := tlog.ProveTree(to.N, from.N, tlog.TileHashReader(to, s))
		must(err)
		must(tlog.CheckTree(proof, to.N, to.Hash, from.N, from.Hash))
	} else if from.Hash != to.Hash {
		log.Fatalf("REFUSED. There are two logs of size %d", to.N)
	}
	fmt.Printf("The log of size %d begins with the log of size %d.\n", to.N, from.N)
}

func main() {
	if len(os.Args) < 5 {
		log.Fatal("go run verify.go URL KEY RECORD SEQ [KEPT]")
	}
	s := site(strings.TrimRight(os.Args[1], "/"))
	key, err := note.NewVerifier(os.Args[2])
	must(err)
	event := "/api/v1/records/" + os.Args[3] + "/events/" + os.Args[4]

	// The proof file: its name, "index N", hashes, an empty line, and the checkpoint.
	head, checkpoint, _ := strings.Cut(string(s.get(event+"/proof")), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatal("REFUSED. It is no proof file")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var path []tlog.Hash
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		path = append(path, hash)
	}
	leaf := s.get(event + "/leaf")
	isOf(leaf, os.Args[3], os.Args[4])
	proven := tree([]byte(checkpoint), key)
	must(tlog.CheckRecord(path, proven.N, proven.Hash, index, tlog.RecordHash(leaf)))
	fmt.Printf("Counted from 0, the leaf is entry %d of %d:\n%s\n", index, proven.N, leaf)

	newest := tree(s.get("/ledger/checkpoint"), key)
	grown(s, proven, newest)
	if len(os.Args) > 5 {
		kept, err := os.ReadFile(os.Args[5])
		must(err)
		grown(s, tree(kept, key), newest)
	}
	fmt.Println("VERIFIED.")
}
