//! Writes values to the memory of a guest.
//!
//! Writing needs the guest: its `allocate` gives the place of each string, array and record. A [`Lowering`] therefore stops at
//! each allocation and continues with the pointer, so that it works for engines that call guests asynchronously, and does not
//! recurse. The order of allocations is that of existing hosts: of a record, first its fields and then the record; of an array,
//! first the buffer of its elements and then what these point to (§2.3 of the Marine format).

use super::lift::mismatch;
use super::{ExecutionError, memory};
use crate::{GuestValue, InterfaceType, RecordLayout, Records, ScalarType};
use ecow::EcoString;

/// Writes one value.
#[derive(Debug)]
pub(super) struct Lowering<'m> {
    records: &'m Records,
    /// The records and arrays around the current value.
    frames: Vec<Frame<'m>>,
    /// What the next pointer is for.
    pending: Option<Pending<'m>>,
}

/// What happens next.
#[derive(Debug)]
pub(super) enum Progress {
    /// The guest allocates this many bytes for elements of the type with this number.
    Allocate { size: u32, tag: u32 },
    /// The value is written. These are a pointer and, of arrays, the number of elements.
    Done(u32, u32),
}

/// A record or an array whose parts are being written.
#[derive(Debug)]
struct Frame<'m> {
    parts: std::vec::IntoIter<GuestValue>,
    kind: FrameKind<'m>,
    /// The cells that are written so far.
    cells: Vec<u8>,
}

#[derive(Debug)]
enum FrameKind<'m> {
    Record {
        layout: &'m RecordLayout,
        next: usize,
    },
    Array {
        element: &'m InterfaceType,
        pointer: u32,
        count: u32,
    },
}

#[derive(Debug)]
enum Pending<'m> {
    String(EcoString),
    /// An array of scalars with its number of elements.
    Packed(Vec<u8>, u32),
    Array(Vec<GuestValue>, &'m InterfaceType),
    Record(Vec<u8>),
}

/// What a value becomes where it is stored.
enum Cell {
    Scalar(ScalarType, u64),
    Pointer(u32),
    Range(u32, u32),
}

/// What a value needs before its cell is known.
enum Entered {
    Cell(Cell),
    Allocate { size: u32, tag: u32 },
    Frame,
}

/// The number of pointers, and of bytes, in the guest's `allocate`.
const POINTER_TAG: u32 = 3;
const BYTE_TAG: u32 = 1;

const U8: InterfaceType = InterfaceType::Scalar(ScalarType::U8);

impl<'m> Lowering<'m> {
    /// Starts to write an array or a record.
    pub(super) fn start(
        records: &'m Records,
        ty: &'m InterfaceType,
        value: GuestValue,
        memory: &mut [u8],
    ) -> Result<(Self, Progress), ExecutionError> {
        let mut lowering = Self {
            records,
            frames: Vec::new(),
            pending: None,
        };
        let entered = lowering.enter(ty, value)?;
        let progress = lowering.proceed(entered, memory)?;
        Ok((lowering, progress))
    }

    /// Continues with the pointer that the guest's `allocate` returned.
    pub(super) fn resume(&mut self, pointer: u32, memory: &mut [u8]) -> Result<Progress, ExecutionError> {
        let cell = match self.pending.take() {
            None => return Err(ExecutionError::UnexpectedReply),
            Some(Pending::String(text)) => {
                write(memory, pointer, text.as_bytes())?;
                Cell::Range(pointer, text.len() as u32)
            }
            Some(Pending::Packed(bytes, count)) => {
                write(memory, pointer, &bytes)?;
                Cell::Range(pointer, count)
            }
            Some(Pending::Record(bytes)) => {
                write(memory, pointer, &bytes)?;
                Cell::Pointer(pointer)
            }
            Some(Pending::Array(items, element)) => {
                let count = items.len() as u32;
                // Checked before the elements are written, which take allocations of their own.
                let size = u64::from(count) * u64::from(element.cell_size());
                memory::bytes(memory, pointer, size)?;
                self.frames.push(Frame {
                    cells: Vec::with_capacity(size as usize),
                    parts: items.into_iter(),
                    kind: FrameKind::Array {
                        element,
                        pointer,
                        count,
                    },
                });
                return self.proceed(Entered::Frame, memory);
            }
        };
        self.proceed(Entered::Cell(cell), memory)
    }

    /// Goes on until the guest has to allocate or the value is written.
    fn proceed(&mut self, mut entered: Entered, memory: &mut [u8]) -> Result<Progress, ExecutionError> {
        loop {
            match entered {
                Entered::Allocate { size, tag } => return Ok(Progress::Allocate { size, tag }),
                Entered::Cell(cell) => match self.frames.last_mut() {
                    Some(frame) => cell.append(&mut frame.cells),
                    None => {
                        return match cell {
                            Cell::Pointer(pointer) => Ok(Progress::Done(pointer, 0)),
                            Cell::Range(pointer, count) => Ok(Progress::Done(pointer, count)),
                            Cell::Scalar(scalar, _) => Err(mismatch(&scalar.into())),
                        };
                    }
                },
                Entered::Frame => {}
            }
            entered = self.next_part(memory)?;
        }
    }

    /// The next part of the innermost record or array, or its end.
    fn next_part(&mut self, memory: &mut [u8]) -> Result<Entered, ExecutionError> {
        let Some(frame) = self.frames.last_mut() else {
            return Err(ExecutionError::UnexpectedReply);
        };
        if let Some(value) = frame.parts.next() {
            let ty = match &mut frame.kind {
                FrameKind::Array { element, .. } => *element,
                FrameKind::Record { layout, next } => {
                    let layout: &'m RecordLayout = layout;
                    let ty = &layout.fields[*next].ty;
                    *next += 1;
                    ty
                }
            };
            return self.enter(ty, value);
        }
        let Some(Frame { kind, cells, .. }) = self.frames.pop() else {
            return Err(ExecutionError::UnexpectedReply);
        };
        match kind {
            FrameKind::Array { pointer, count, .. } => {
                write(memory, pointer, &cells)?;
                Ok(Entered::Cell(Cell::Range(pointer, count)))
            }
            FrameKind::Record { layout, .. } => {
                self.pending = Some(Pending::Record(cells));
                Ok(Entered::Allocate {
                    size: layout.size,
                    tag: BYTE_TAG,
                })
            }
        }
    }

    fn enter(&mut self, ty: &'m InterfaceType, value: GuestValue) -> Result<Entered, ExecutionError> {
        match (ty, value) {
            (InterfaceType::Scalar(scalar), GuestValue::Scalar(bits)) => Ok(Entered::Cell(Cell::Scalar(*scalar, bits))),
            (InterfaceType::String, GuestValue::String(text)) => {
                let size = size(text.len(), 1)?;
                self.pending = Some(Pending::String(text));
                Ok(Entered::Allocate { size, tag: BYTE_TAG })
            }
            (InterfaceType::ByteArray, GuestValue::Packed(bytes)) => self.packed(&U8, bytes),
            (InterfaceType::Array(element), GuestValue::Packed(bytes)) => self.packed(element, bytes),
            (InterfaceType::Array(element), GuestValue::Array(items)) => {
                if items.is_empty() {
                    return Ok(Entered::Cell(Cell::Range(0, 0)));
                }
                let size = size(items.len(), element.cell_size())?;
                self.pending = Some(Pending::Array(items, element));
                Ok(Entered::Allocate {
                    size,
                    tag: allocation_tag(element),
                })
            }
            (InterfaceType::Record(record), GuestValue::Record(fields)) => {
                let records = self.records;
                let layout = records
                    .get(*record)
                    .filter(|layout| layout.fields.len() == fields.len());
                let layout = layout.ok_or_else(|| mismatch(ty))?;
                self.frames.push(Frame {
                    cells: Vec::with_capacity(layout.size as usize),
                    parts: fields.into_iter(),
                    kind: FrameKind::Record { layout, next: 0 },
                });
                Ok(Entered::Frame)
            }
            (ty, _) => Err(mismatch(ty)),
        }
    }

    /// An array of scalars, which is in the form of memory already.
    fn packed(&mut self, element: &InterfaceType, bytes: Vec<u8>) -> Result<Entered, ExecutionError> {
        if bytes.is_empty() {
            return Ok(Entered::Cell(Cell::Range(0, 0)));
        }
        let cell = element.cell_size() as usize;
        if element.as_scalar().is_none() || !bytes.len().is_multiple_of(cell) {
            return Err(mismatch(element));
        }
        let size = size(bytes.len(), 1)?;
        let count = (bytes.len() / cell) as u32;
        self.pending = Some(Pending::Packed(bytes, count));
        Ok(Entered::Allocate {
            size,
            tag: allocation_tag(element),
        })
    }
}

impl Cell {
    fn append(&self, cells: &mut Vec<u8>) {
        match self {
            Self::Scalar(scalar, bits) => cells.extend_from_slice(&bits.to_le_bytes()[..scalar.size() as usize]),
            Self::Pointer(pointer) => cells.extend_from_slice(&pointer.to_le_bytes()),
            Self::Range(pointer, count) => {
                cells.extend_from_slice(&pointer.to_le_bytes());
                cells.extend_from_slice(&count.to_le_bytes());
            }
        }
    }
}

/// Writes bytes at a pointer. None are written anywhere.
pub(super) fn write(memory: &mut [u8], pointer: u32, bytes: &[u8]) -> Result<(), ExecutionError> {
    if !bytes.is_empty() {
        memory::bytes_mut(memory, pointer, bytes.len() as u64)?.copy_from_slice(bytes);
    }
    Ok(())
}

/// The size of `count` cells, if a guest can have as much memory.
fn size(count: usize, cell: u32) -> Result<u32, ExecutionError> {
    let size = (count as u64).saturating_mul(cell.into());
    u32::try_from(size).map_err(|_| ExecutionError::TooLargeForGuest { size })
}

fn allocation_tag(element: &InterfaceType) -> u32 {
    element.as_scalar().map_or(POINTER_TAG, ScalarType::allocation_tag)
}
