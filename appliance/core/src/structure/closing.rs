//! What is done to a tree when all blocks have been read.

use super::{Node, NodeKind, Tree};

/// Every node reaches from its first block to the last of what is in it.
pub(super) fn close_blocks(tree: &mut Tree) {
    for (block, node) in tree.of_block.iter().enumerate() {
        let mut next = *node;
        while let Some(node) = next {
            let own = &mut tree.nodes[node];
            own.blocks = (own.blocks.0.min(block), own.blocks.1.max(block));
            next = own.parent;
        }
    }
}

/// A paragraph without a number that is the only one is the article itself.
pub(super) fn drop_lone_paragraphs(tree: &mut Tree) {
    let nodes = std::mem::take(&mut tree.nodes);
    let mut count = vec![0u32; nodes.len()];
    for parent in nodes.iter().filter(|n| n.kind == NodeKind::Paragraph).filter_map(|n| n.parent) {
        count[parent] += 1;
    }
    let lone = |n: &Node| n.kind == NodeKind::Paragraph && n.label.is_empty() && n.parent.is_some_and(|p| count[p] == 1);
    let mut place: Vec<Option<usize>> = Vec::with_capacity(nodes.len());
    for (index, mut node) in nodes.into_iter().enumerate() {
        let parent = node.parent.and_then(|p| place.get(p).copied().flatten());
        if lone(&node) {
            place.push(parent);
            continue;
        }
        debug_assert!(index >= tree.nodes.len());
        node.parent = parent;
        place.push(Some(tree.nodes.len()));
        tree.nodes.push(node);
    }
    for of in &mut tree.of_block {
        *of = of.and_then(|node| place[node]);
    }
}
