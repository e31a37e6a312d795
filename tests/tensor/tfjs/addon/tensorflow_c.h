// What the addon of tfjs-node uses of TensorFlow's C API: the wheels' libraries are installed without their headers. Numbers and
// signatures are those of TensorFlow 2; strings and saved models are not for this program, and end it.
#ifndef RETABLE_TENSORFLOW_C_H_
#define RETABLE_TENSORFLOW_C_H_

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum TF_Code { TF_OK = 0 };

enum TF_DataType {
  TF_FLOAT = 1,
  TF_INT32 = 3,
  TF_UINT8 = 4,
  TF_STRING = 7,
  TF_COMPLEX64 = 8,
  TF_INT64 = 9,
  TF_BOOL = 10,
  TF_RESOURCE = 20,
};

enum TF_AttrType {
  TF_ATTR_STRING = 0,
  TF_ATTR_INT = 1,
  TF_ATTR_FLOAT = 2,
  TF_ATTR_BOOL = 3,
  TF_ATTR_TYPE = 4,
  TF_ATTR_SHAPE = 5,
};

extern "C" {

struct TF_Buffer;
struct TF_DeviceList;
struct TF_Graph;
struct TF_Operation;
struct TF_Session;
struct TF_SessionOptions;
struct TF_Status;
struct TF_Tensor;
struct TFE_Context;
struct TFE_ContextOptions;
struct TFE_Op;
struct TFE_TensorHandle;

struct TF_Output {
  TF_Operation* oper;
  int index;
};

const char* TF_Version(void);
size_t TF_DataTypeSize(TF_DataType);

TF_Status* TF_NewStatus(void);
void TF_DeleteStatus(TF_Status*);
TF_Code TF_GetCode(const TF_Status*);
const char* TF_Message(const TF_Status*);

TF_Tensor* TF_NewTensor(TF_DataType, const int64_t* sizes, int rank, void* data, size_t bytes,
                        void (*release)(void* data, size_t bytes, void* argument), void* argument);
TF_Tensor* TF_AllocateTensor(TF_DataType, const int64_t* sizes, int rank, size_t bytes);
void TF_DeleteTensor(TF_Tensor*);
TF_DataType TF_TensorType(const TF_Tensor*);
int TF_NumDims(const TF_Tensor*);
int64_t TF_Dim(const TF_Tensor*, int axis);
size_t TF_TensorByteSize(const TF_Tensor*);
void* TF_TensorData(const TF_Tensor*);
int64_t TF_TensorElementCount(const TF_Tensor*);

void TF_DeleteDeviceList(TF_DeviceList*);
int TF_DeviceListCount(const TF_DeviceList*);
const char* TF_DeviceListName(const TF_DeviceList*, int index, TF_Status*);
const char* TF_DeviceListType(const TF_DeviceList*, int index, TF_Status*);

TFE_ContextOptions* TFE_NewContextOptions(void);
void TFE_DeleteContextOptions(TFE_ContextOptions*);
TFE_Context* TFE_NewContext(const TFE_ContextOptions*, TF_Status*);
void TFE_DeleteContext(TFE_Context*);
TF_DeviceList* TFE_ContextListDevices(TFE_Context*, TF_Status*);

TFE_TensorHandle* TFE_NewTensorHandle(const TF_Tensor*, TF_Status*);
void TFE_DeleteTensorHandle(TFE_TensorHandle*);
TF_DataType TFE_TensorHandleDataType(TFE_TensorHandle*);
int TFE_TensorHandleNumDims(TFE_TensorHandle*, TF_Status*);
int64_t TFE_TensorHandleDim(TFE_TensorHandle*, int axis, TF_Status*);
TF_Tensor* TFE_TensorHandleResolve(TFE_TensorHandle*, TF_Status*);
TFE_TensorHandle* TFE_TensorHandleCopyToDevice(TFE_TensorHandle*, TFE_Context*, const char* device,
                                               TF_Status*);

TFE_Op* TFE_NewOp(TFE_Context*, const char* name, TF_Status*);
void TFE_DeleteOp(TFE_Op*);
void TFE_OpAddInput(TFE_Op*, TFE_TensorHandle*, TF_Status*);
void TFE_OpSetAttrString(TFE_Op*, const char* name, const void* value, size_t bytes);
void TFE_OpSetAttrInt(TFE_Op*, const char* name, int64_t);
void TFE_OpSetAttrIntList(TFE_Op*, const char* name, const int64_t* values, int count);
void TFE_OpSetAttrFloat(TFE_Op*, const char* name, float);
void TFE_OpSetAttrFloatList(TFE_Op*, const char* name, const float* values, int count);
void TFE_OpSetAttrBool(TFE_Op*, const char* name, unsigned char);
void TFE_OpSetAttrBoolList(TFE_Op*, const char* name, const unsigned char* values, int count);
void TFE_OpSetAttrType(TFE_Op*, const char* name, TF_DataType);
void TFE_OpSetAttrShape(TFE_Op*, const char* name, const int64_t* sizes, int rank, TF_Status*);
void TFE_Execute(TFE_Op*, TFE_TensorHandle** results, int* count, TF_Status*);

}  // extern "C"

struct TF_TString {
  uint64_t words[3];
};

inline void TF_TString_Init(TF_TString*) { abort(); }
inline void TF_TString_Copy(TF_TString*, const char*, size_t) { abort(); }
inline void TF_TString_Dealloc(TF_TString*) { abort(); }
inline const char* TF_TString_GetDataPointer(const TF_TString*) { abort(); }
inline size_t TF_TString_GetSize(const TF_TString*) { abort(); }

inline TF_SessionOptions* TF_NewSessionOptions() { abort(); }
inline void TF_DeleteSessionOptions(TF_SessionOptions*) { abort(); }
inline TF_Buffer* TF_NewBuffer() { abort(); }
inline TF_Buffer* TF_NewBufferFromString(const void*, size_t) { abort(); }
inline void TF_DeleteBuffer(TF_Buffer*) { abort(); }
inline TF_Graph* TF_NewGraph() { abort(); }
inline void TF_DeleteGraph(TF_Graph*) { abort(); }
inline TF_Operation* TF_GraphOperationByName(TF_Graph*, const char*) { abort(); }
inline TF_Session* TF_LoadSessionFromSavedModel(const TF_SessionOptions*, const TF_Buffer*,
                                                const char*, const char* const*, int, TF_Graph*,
                                                TF_Buffer*, TF_Status*) {
  abort();
}
inline void TF_DeleteSession(TF_Session*, TF_Status*) { abort(); }
inline void TF_SessionRun(TF_Session*, const TF_Buffer*, const TF_Output*, TF_Tensor* const*, int,
                          const TF_Output*, TF_Tensor**, int, const TF_Operation* const*, int,
                          TF_Buffer*, TF_Status*) {
  abort();
}

#endif  // RETABLE_TENSORFLOW_C_H_
