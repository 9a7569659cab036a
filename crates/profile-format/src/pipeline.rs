//! Work on many pieces in parallel, with the results in the order of the pieces.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Pieces waiting before each worker, and results waiting behind it. With segments of 1 MiB this keeps every worker
/// busy and the memory small.
const QUEUE: usize = 2;

/// How many workers to use for `pieces` pieces of work.
pub(crate) fn workers_for(pieces: usize) -> usize {
    // More than eight gain nothing: one reader and one writer cannot keep them busy, and each holds some megabytes.
    const MOST: usize = 8;
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.min(pieces).clamp(1, MOST)
}

/// Takes pieces from `produce`, has `workers` threads work on them, and gives the results to `consume` in order.
///
/// Piece `n` always goes to worker `n % workers`, and the results are collected in the same turn, so order costs no
/// bookkeeping and the memory is bounded by the queues. With one worker everything happens on this thread. The first
/// error ends the whole; its order is that of the pieces.
pub(crate) fn ordered<P: Send, R: Send, E: Send, W: FnMut(P) -> Result<R, E>>(
    workers: usize,
    mut produce: impl FnMut() -> Result<Option<P>, E> + Send,
    make_worker: impl Fn() -> W + Sync,
    mut consume: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    if workers <= 1 {
        let mut work = make_worker();
        while let Some(piece) = produce()? {
            consume(work(piece)?)?;
        }
        return Ok(());
    }
    thread::scope(|scope| {
        let mut lanes: Vec<SyncSender<Result<P, E>>> = Vec::with_capacity(workers);
        let mut results: Vec<Receiver<Result<R, E>>> = Vec::with_capacity(workers);
        for _ in 0..workers {
            let (lane, pieces) = sync_channel::<Result<P, E>>(QUEUE);
            let (sender, receiver) = sync_channel(QUEUE);
            lanes.push(lane);
            results.push(receiver);
            let make_worker = &make_worker;
            scope.spawn(move || {
                let mut work = make_worker();
                for piece in pieces {
                    // The other end is gone once something failed; what is left need not be done.
                    if sender.send(piece.and_then(&mut work)).is_err() {
                        break;
                    }
                }
            });
        }
        scope.spawn(move || {
            for lane in lanes.iter().cycle() {
                // An error travels as a piece, so that it is reported after the pieces before it.
                let Some(piece) = produce().transpose() else { break };
                let failed = piece.is_err();
                if lane.send(piece).is_err() || failed {
                    break;
                }
            }
        });
        for receiver in results.iter().cycle() {
            match receiver.recv() {
                Ok(result) => consume(result?)?,
                // This worker has no more, and so has none of those after it in turn.
                Err(_) => break,
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(workers: usize, pieces: u32, fail_at: Option<u32>) -> (Vec<u32>, Result<(), u32>) {
        let (mut next, mut seen) = (0, Vec::new());
        let produce = || {
            next += 1;
            Ok((next <= pieces).then_some(next))
        };
        let work = || |piece: u32| if Some(piece) == fail_at { Err(piece) } else { Ok(piece * 10) };
        let result = ordered(workers, produce, work, |result| {
            seen.push(result);
            Ok(())
        });
        (seen, result)
    }

    #[test]
    fn results_come_in_the_order_of_the_pieces() {
        for workers in [1, 2, 3, 8] {
            for pieces in [0, 1, 2, 7, 100] {
                let expected: Vec<u32> = (1..=pieces).map(|piece| piece * 10).collect();
                assert_eq!(run(workers, pieces, None), (expected, Ok(())), "{workers} workers, {pieces} pieces");
            }
        }
    }

    #[test]
    fn the_first_error_ends_it_after_the_pieces_before_it() {
        for workers in [1, 2, 3, 8] {
            let (seen, result) = run(workers, 100, Some(5));
            assert_eq!((seen, result), (vec![10, 20, 30, 40], Err(5)), "{workers} workers");
        }
    }

    #[test]
    fn an_error_of_the_producer_arrives() {
        let mut calls = 0;
        let produce = || {
            calls += 1;
            if calls == 3 { Err("no more") } else { Ok(Some(calls)) }
        };
        let mut seen = Vec::new();
        let result = ordered(
            2,
            produce,
            || Ok,
            |piece| {
                seen.push(piece);
                Ok(())
            },
        );
        assert_eq!((seen, result), (vec![1, 2], Err("no more")));
    }
}
