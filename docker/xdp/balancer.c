// SPDX-License-Identifier: GPL-2.0
// frame -> [guard: too many from this source? drop] -> [Maglev slot or flow table -> backend's MAC] -> back out (XDP_TX)
//
// A layer 2 direct-return balancer before the kernel's own stack: it reads addresses and ports, rewrites the two MAC
// addresses and sends the frame out again. It decides nothing: the ring, the backends and the limits are maps that the
// control program fills (docker/l4/kernel). Katran wraps packets in IPIP instead; on one network the MAC is enough.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RING_SLOTS 4093
#define BACKENDS 64
#define NANOS 1000000000ULL

// What the control program wants; one entry. Addresses and ports are as on the wire.
struct wish {
  __u32 address;
  __u16 port;
  __u8 balance;
  // Flows seen before keep their backend, whatever becomes of the ring.
  __u8 remember;
  // New connections (SYN) and datagrams a second that one source may send; 0: no limit.
  __u32 per_source;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct wish);
} wishes SEC(".maps");

// Slot -> backend's number, from 1; 0 is nobody.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, RING_SLOTS);
  __type(key, __u32);
  __type(value, __u32);
} ring SEC(".maps");

struct mac {
  __u8 bytes[8];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, BACKENDS);
  __type(key, __u32);
  __type(value, struct mac);
} backends SEC(".maps");

struct flow {
  __u32 source;
  __u16 port;
  __u16 protocol;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, struct flow);
  __type(value, __u32);
} flows SEC(".maps");

struct tally {
  __u64 packets;
  __u64 bytes;
  __u64 opened;
  // What it took to judge and drop them, by this program's own clock; the kernel's accounting of programs is for the
  // whole machine, and off.
  __u64 nanos;
};

// By backend's number; 0 is what was let through to this node's own stack.
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, BACKENDS);
  __type(key, __u32);
  __type(value, struct tally);
} sent SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct tally);
} dropped SEC(".maps");

struct second {
  __u64 began;
  __u32 count;
  __u32 unused;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, __u32);
  __type(value, struct second);
} sources SEC(".maps");

static __always_inline void count(void *map, __u32 key, __u64 bytes, int opens) {
  struct tally *tally = bpf_map_lookup_elem(map, &key);
  if (!tally) return;
  tally->packets += 1;
  tally->bytes += bytes;
  if (opens) tally->opened += 1;
}

// The finaliser of MurmurHash3: every bit of source and port moves half of the others.
static __always_inline __u32 spread(__u32 source, __u32 port) {
  __u32 h = source ^ (port * 0x9e3779b1U);
  h ^= h >> 16;
  h *= 0x85ebca6bU;
  h ^= h >> 13;
  h *= 0xc2b2ae35U;
  h ^= h >> 16;
  return h;
}

// A fixed window of a second per source, kept on whichever CPU the packet came to: a limit, not an account.
static __always_inline int too_many(__u32 source, __u32 limit, __u64 now) {
  struct second *second = bpf_map_lookup_elem(&sources, &source);
  if (!second) {
    struct second first = {.began = now, .count = 1, .unused = 0};
    bpf_map_update_elem(&sources, &source, &first, BPF_ANY);
    return 0;
  }
  if (now - second->began >= NANOS) {
    second->began = now;
    second->count = 1;
    return 0;
  }
  second->count += 1;
  return second->count > limit;
}

static __always_inline __u32 choose(struct flow *flow, int opens, int remember) {
  if (remember && !opens) {
    __u32 *known = bpf_map_lookup_elem(&flows, flow);
    if (known) return *known;
  }
  __u32 slot = spread(flow->source, flow->port) % RING_SLOTS;
  __u32 *number = bpf_map_lookup_elem(&ring, &slot);
  if (!number || *number == 0) return 0;
  if (remember) bpf_map_update_elem(&flows, flow, number, BPF_ANY);
  return *number;
}

SEC("xdp")
int balancer(struct xdp_md *context) {
  void *data = (void *)(long)context->data;
  void *end = (void *)(long)context->data_end;
  struct ethhdr *eth = data;
  if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP)) return XDP_PASS;
  struct iphdr *ip = (void *)(eth + 1);
  // Options and fragments go the ordinary way.
  if ((void *)(ip + 1) > end || ip->ihl != 5 || (ip->frag_off & bpf_htons(0x3fff))) return XDP_PASS;

  __u32 zero = 0;
  struct wish *wish = bpf_map_lookup_elem(&wishes, &zero);
  if (!wish || ip->daddr != wish->address) return XDP_PASS;

  struct flow flow = {.source = ip->saddr, .protocol = ip->protocol};
  int opens = 0;
  __u16 port = 0;
  if (ip->protocol == IPPROTO_TCP) {
    struct tcphdr *tcp = (void *)(ip + 1);
    if ((void *)(tcp + 1) > end) return XDP_PASS;
    flow.port = tcp->source;
    port = tcp->dest;
    opens = tcp->syn && !tcp->ack;
  } else if (ip->protocol == IPPROTO_UDP) {
    struct udphdr *udp = (void *)(ip + 1);
    if ((void *)(udp + 1) > end) return XDP_PASS;
    flow.port = udp->source;
    port = udp->dest;
  } else {
    return XDP_PASS;
  }
  if (port != wish->port) return XDP_PASS;

  __u64 bytes = end - data;
  if (wish->per_source && (opens || ip->protocol == IPPROTO_UDP)) {
    __u64 began = bpf_ktime_get_ns();
    if (too_many(ip->saddr, wish->per_source, began)) {
      struct tally *tally = bpf_map_lookup_elem(&dropped, &zero);
      if (!tally) return XDP_DROP;
      tally->packets += 1;
      tally->bytes += bytes;
      tally->nanos += bpf_ktime_get_ns() - began;
      return XDP_DROP;
    }
  }
  if (!wish->balance) {
    count(&sent, 0, bytes, opens);
    return XDP_PASS;
  }
  __u32 number = choose(&flow, opens, wish->remember);
  struct mac *mac = number ? bpf_map_lookup_elem(&backends, &number) : 0;
  if (!mac) {
    // Nobody serves: this node's stack refuses it, as nobody listens there.
    count(&sent, 0, bytes, opens);
    return XDP_PASS;
  }
  __builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
  __builtin_memcpy(eth->h_dest, mac->bytes, ETH_ALEN);
  count(&sent, number, bytes, opens);
  return XDP_TX;
}

char program_license[] SEC("license") = "GPL";
